"""A model file of any kind as a function; what it is made of decides what is loaded for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fledge.core.errors import UsageError
from fledge.predictor.onnx_file import SUFFIX, load_onnx
from fledge.predictor.onnx_predictor import OnnxPredictor

if TYPE_CHECKING:
    from fledge.predictor.predictor import Predictor

    AnyPredictor = Predictor | OnnxPredictor  # a trained function, with torch or without


def load(
    path: str | Path,
    *,
    device: Any = "cpu",
    precision: str = "float32",
    verify: bool = True,
    check: bool = False,
    ops: Sequence[Any] = (),
) -> AnyPredictor:
    """The predictor in a model file, or in the ONNX file that was exported from one; for the latter no torch is loaded.

    A model file answers bit for bit as the one that was saved. `verify=False` skips the digest; `check=True` answers the
    stored examples again and compares. `ops` holds what is of your own and a model file asks for by name: functions,
    networks, transforms, tasks. It can ask for nothing else. A precision, a check and ops are about model files alone.
    """
    if Path(path).suffix.lower() != SUFFIX:
        from fledge.predictor.model_file import load as load_model  # torch arrives only for what needs it

        return load_model(path, device=device, precision=precision, verify=verify, check=check, ops=ops)
    if precision != "float32" or check or ops:
        raise UsageError("an exported model has no precision, check or ops to choose", hint="load(path), and nothing else")
    return load_onnx(path, verify=verify, device=device)
