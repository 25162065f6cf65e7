"""A predictor as an ONNX file: from what comes after reading to what an answer tells, in one graph."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any, Self, cast, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.core.errors import ModelFileError, Unavailable, UsageError, listed
from fledge.core.onnx_form import DIGEST, NO_DIGEST, with_digest
from fledge.core.record import pack, pack_fields
from fledge.core.strict_json import JsonObject, render
from fledge.models.architecture import Custom
from fledge.predictor.description import TABLES, Sides
from fledge.predictor.onnx_description import Compared, OnnxDescription, Weights
from fledge.predictor.onnx_weights import with_weights
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import TASKS
from fledge.transforms.picture_reading import PictureReading
from fledge.transforms.row_graph import places_of
from fledge.transforms.row_reading import RowReading

OPSET = 18
"""The version of ONNX's operators that graphs are made of; every runtime of the last years knows it."""

_PACKAGES = ("onnx", "onnxscript", "onnxruntime")


class Whole(nn.Module):
    """Everything a graph holds: what stands before the network, the network, and what makes its outputs readable."""

    def __init__(self, predictor: Predictor, shared: int) -> None:
        super().__init__()
        self.before = predictor.input.graph()
        self.model = predictor.model
        self.after = predictor.task.graph(predictor.model, predictor.codec)
        self.shared = shared

    def forward(self, *given: Tensor) -> Any:
        own = len(given) - self.shared
        return self.after(self.model(self.before(*given[:own])), *given[own:])


def need_extra() -> None:
    """Says at once what has to be installed."""
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise Unavailable(
            f"exporting to ONNX needs {listed(missing)}, which is not installed", hint="pip install 'fledge[onnx]'"
        )


@final
class Arrays:
    """What stands beside a graph for it is too long for words: each array once, under the path of the field that holds it."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[str, NDArray[Any]]] = {}

    def __call__(self, value: Any, path: str) -> JsonObject | None:
        if not isinstance(value, np.ndarray):
            return None
        name, _ = self._found.setdefault(id(value), (f"kept.{path}", value))
        return {"tensor": name}

    def tensors(self) -> list[Any]:
        """All of them, as a graph keeps them."""
        from onnx import numpy_helper

        return [numpy_helper.from_array(array, name) for name, array in self._found.values()]


@final
@dataclass(frozen=True)
class Draft:
    """A graph, and what is to be said beside it, of which how it compares is found out last."""

    proto: Any
    described: OnnxDescription
    task: JsonObject
    codec: JsonObject
    keep: Arrays

    @classmethod
    def of(cls, predictor: Predictor, weights: Weights = "float32") -> Self:
        """The graph of a predictor."""
        need_extra()
        described = description_of(predictor, weights)
        proto = with_weights(_graph(predictor, described), weights)
        keep = Arrays()
        codec = pack_fields(Sides(predictor.codec.input, predictor.codec.target), tables=TABLES, keep=keep)
        described.packed({}, codec, keep)
        proto.graph.initializer.extend(keep.tensors())
        return cls(proto, described, pack(predictor.task, TASKS, tables=TABLES), codec, keep)

    def bytes(self, compared: Compared | None = None) -> bytes:
        """The content of a file, with its description and digest in it."""
        described = replace(self.described, compared=compared or Compared())
        del self.proto.metadata_props[:]
        words = render(described.packed(self.task, self.codec, self.keep)).decode()
        for key, value in (("fledge", words), (DIGEST, NO_DIGEST)):
            entry = self.proto.metadata_props.add()
            entry.key, entry.value = key, value
        try:
            return with_digest(self.proto.SerializeToString())
        except ValueError as error:  # protobuf's own bound of 2 GB
            raise UsageError(f"the network is too large for one ONNX file: {error}") from error


def description_of(predictor: Predictor, weights: Weights) -> OnnxDescription:
    """How its inputs are read and its answers said without torch; refused where that is not known."""
    if isinstance(predictor.architecture, Custom):
        where = f"its network, {predictor.architecture.class_name}, is code of your own, which may hold anything"
        raise UsageError(f"{where}: it is not exported", hint="torch.export and torch.onnx.export take predictor.model itself")
    reading = predictor.task.reading(predictor.codec, None if predictor.examples is None else predictor.examples.inputs)
    return OnnxDescription(predictor.title, reading, predictor.task.says(predictor.codec), weights, predictor.card)


def _graph(predictor: Predictor, described: OnnxDescription) -> Any:
    """The graph as torch exports it, its inputs and its output called as people call them."""
    whole = Whole(predictor, described.reading.shared).eval()
    given = samples(predictor, described)
    names = [f"given_{place}" for place in range(len(given))]
    with quietly():
        try:
            program = torch.onnx.export(
                whole,
                tuple(given),
                dynamo=True,
                opset_version=OPSET,
                input_names=names,
                output_names=[described.saying.output, *described.saying.beside, *getattr(whole.after, "more", ())],
                dynamic_shapes=(tuple(dynamic_sizes(described, place) for place in range(len(given))),),
                verbose=False,
            )
        except Exception as error:  # dozens of kinds, from torch and from onnxscript
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            raise ModelFileError(f"torch can't export this network to ONNX: {reason}") from error
    proto = cast(Any, program).model_proto
    _check_plain(proto)
    return _named(_with_long_places(proto), names, described)


def samples(predictor: Predictor, described: OnnxDescription) -> list[Tensor]:
    """Two inputs for torch to follow through the graph: which ones doesn't matter."""
    if isinstance(described.reading, RowReading):
        kinds = [kind for kind, _ in described.reading.kinds.values()]
        return [torch.ones(2, dtype=torch.int64 if kind == "name" else torch.float64) for kind in kinds]
    if takes_pairs(described):
        return [torch.ones(2, 5, dtype=torch.int32)]
    if predictor.examples is None:
        raise UsageError("the model has no stored examples to follow through its graph", hint="predictor.with_examples([...])")
    encoded = predictor.examples.inputs[:1].expand(2, *predictor.examples.inputs.shape[1:])
    read = [described.reading.encode(predictor.input.given_again(each)) for each in encoded]
    [batch] = described.reading.batches(read, 1 << 62)
    given = [torch.from_numpy(part) for part in batch]
    return [*given[:-1], torch.zeros(given[-1].tolist(), dtype=torch.uint8)] if has_canvas(described) else given


def takes_pairs(described: OnnxDescription) -> bool:
    """Whether people are taken, each beside any number of things."""
    return described.reading.transform in ("pair", "person")


def has_canvas(described: OnnxDescription) -> bool:
    """Whether the last input is a size, in whose place the network has a canvas of that size: graphs can ask for no other."""
    return isinstance(described.reading, PictureReading) and described.reading.own_size


def dynamic_sizes(described: OnnxDescription, place: int) -> dict[int, Any]:
    """Which sizes of an input are known only when the graph runs: how many there are, and how large or long each is."""
    if place and has_canvas(described):
        return {0: torch.export.Dim("rows"), 1: torch.export.Dim("columns")}
    sides = {0: torch.export.Dim("batch")}
    if described.reading.transform == "image" and getattr(described.reading, "size", None) is None:
        sides |= {1: torch.export.Dim("height"), 2: torch.export.Dim("width")}
    if takes_pairs(described):
        sides |= {1: torch.export.Dim("beside")}
    if described.reading.transform == "sound":
        sides |= {1: torch.export.Dim("count")}
    return sides


def _check_plain(proto: Any) -> None:
    """Our own rule for files, held when they are written: standard operators only."""
    foreign = {node.op_type for node in proto.graph.node if node.domain not in ("", "ai.onnx")}
    if foreign or len(proto.functions):
        raise ModelFileError(
            f"torch exports this network with operators that are not in the standard: {listed(sorted(foreign))}"
        )


def _with_long_places(proto: Any) -> Any:
    """The graph with places in 64 bits wherever several are looked up: torch leaves them as they are, ONNX takes no others."""
    from onnx import TensorProto, helper

    nodes = []
    for node in proto.graph.node:
        if node.op_type == "GatherND":
            long = f"{node.output[0]}.places"
            nodes.append(helper.make_node("Cast", [node.input[1]], [long], to=TensorProto.INT64))
            node.input[1] = long
        nodes.append(node)
    nodes = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)
    return proto


def _named(proto: Any, names: Sequence[str], described: OnnxDescription) -> Any:
    """The graph with its inputs under their own names; names of a table's columns are looked up inside."""
    from onnx import TensorProto, helper

    taken = {output for node in proto.graph.node for output in node.output} | {each.name for each in proto.graph.initializer}
    first = []
    for place, (old, name) in enumerate(zip(names, described.reading.names, strict=True)):
        if name in taken:
            raise UsageError(f"a column can't be called {name!r} in a graph that has a part of that name", hint="rename it")
        given = proto.graph.input[place]
        column = column_of_names(described, place)
        if place and has_canvas(described):
            blank = helper.make_tensor("blank", TensorProto.UINT8, [1], [0])
            first.append(helper.make_node("ConstantOfShape", [name], [old], value=blank))
            given.CopyFrom(helper.make_tensor_value_info(name, TensorProto.INT64, [2]))
        elif column is None:
            first.append(helper.make_node("Identity", [name], [old]))
        else:
            known = places_of(column)
            first.append(
                helper.make_node(
                    "LabelEncoder", [name], [old], domain="ai.onnx.ml",
                    keys_strings=list(known), values_int64s=list(known.values()), default_int64=1,
                )
            )  # fmt: skip
            given.type.tensor_type.elem_type = TensorProto.STRING
        given.name = name
    nodes = [*first, *proto.graph.node]
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)
    if isinstance(described.reading, RowReading):
        proto.opset_import.append(helper.make_opsetid("ai.onnx.ml", 2))
    return proto


def column_of_names(described: OnnxDescription, place: int) -> Any:
    """The column of names that an input is, or nothing."""
    if not isinstance(described.reading, RowReading):
        return None
    kind, column = list(described.reading.kinds.values())[place]
    return column if kind == "name" else None


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """What torch's exporter says on its way is about itself."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")
        yield
