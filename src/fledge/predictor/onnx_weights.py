"""A graph's numbers kept in fewer bits: they are float32 again once a file is loaded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fledge.predictor.onnx_description import Weights

_FEW = 1024
"""Tensors of fewer numbers, such as biases and norms, stay as they are: they take no room, and matter."""
_LARGEST = 127


def with_weights(proto: Any, weights: Weights) -> Any:
    """The graph with its large tensors of float32 kept as asked for.

    float16 halves a file; whole numbers of 8 bits, with a scale for each output channel, leave a quarter.
    """
    if weights == "float32":
        return proto
    from onnx import numpy_helper

    nodes, kept = [], []
    for each in proto.graph.initializer:
        array = numpy_helper.to_array(each)
        if array.dtype != np.float32 or array.size < _FEW or array.ndim < 2 or not np.isfinite(array).all():
            kept.append(each)
        elif weights == "float16":
            nodes += _as_float16(each.name, array, kept)
        else:
            nodes += _as_int8(each.name, array, kept)
    del proto.graph.initializer[:]
    proto.graph.initializer.extend(kept)
    nodes += list(proto.graph.node)
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)
    return proto


def _as_float16(name: str, array: NDArray[np.float32], kept: list[Any]) -> list[Any]:
    from onnx import TensorProto, helper, numpy_helper

    limit = np.finfo(np.float16).max
    kept.append(numpy_helper.from_array(array.clip(-limit, limit).astype(np.float16), f"{name}.kept"))
    return [helper.make_node("Cast", [f"{name}.kept"], [name], to=TensorProto.FLOAT)]


def _as_int8(name: str, array: NDArray[np.float32], kept: list[Any]) -> list[Any]:
    """A scale for each slice along the axis that loses least: a convolution's or layer's outputs, or an embedding's rows."""
    from onnx import helper, numpy_helper

    axis = min(range(min(2, array.ndim)), key=lambda each: _loss(array, each))
    scale = _scale(array, axis)
    whole = np.rint(array / _along(scale, array.ndim, axis)).astype(np.int8)
    kept += [numpy_helper.from_array(whole, f"{name}.kept"), numpy_helper.from_array(scale, f"{name}.scale")]
    return [helper.make_node("DequantizeLinear", [f"{name}.kept", f"{name}.scale"], [name], axis=axis)]


def _loss(array: NDArray[np.float32], axis: int) -> float:
    steps = _along(_scale(array, axis), array.ndim, axis)
    return float(np.square(np.rint(array / steps) * steps - array).mean())


def _scale(array: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """The size of a step along each slice, so that the largest number of it is kept as 127."""
    others = tuple(each for each in range(array.ndim) if each != axis)
    scale: NDArray[np.float32] = (np.abs(array).max(others) / _LARGEST).astype(np.float32)
    scale[scale == 0] = 1.0
    return scale


def _along(scale: NDArray[np.float32], dimensions: int, axis: int) -> NDArray[np.float32]:
    return scale.reshape([-1 if each == axis else 1 for each in range(dimensions)])
