"""ONNX files by strict rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from fledge.core.errors import ModelFileError
from fledge.core.onnx_form import DIGEST, NO_DIGEST, OnnxForm, with_digest


def model(change: Callable[[Any], None] = lambda proto: None) -> bytes:
    """A graph that adds a constant, changed, with a right digest."""
    given, found = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("given", "found"))
    one = numpy_helper.from_array(np.ones(1, np.float32), "one")
    graph = helper.make_graph([helper.make_node("Add", ["given", "one"], ["found"])], "g", [given], [found], [one])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    helper.set_model_props(proto, {"fledge": "{}", DIGEST: NO_DIGEST})
    change(proto)
    return with_digest(proto.SerializeToString())


def form(data: bytes) -> OnnxForm:
    return OnnxForm.of(Path("a.onnx"), data)


def test_a_file_of_ours_is_read() -> None:
    assert form(model()).words["fledge"] == "{}"


@pytest.mark.promise("A4")
def test_every_flipped_bit_is_noticed() -> None:
    data = model()
    for place in range(8 * len(data)):
        spoilt = bytearray(data)
        spoilt[place // 8] ^= 1 << place % 8
        with pytest.raises(ModelFileError):
            form(bytes(spoilt))


@pytest.mark.promise("A2")
def test_every_cut_is_noticed() -> None:
    data = model()
    for length in range(len(data)):
        with pytest.raises(ModelFileError):
            form(data[:length])


def _outside(tensor: Any) -> None:
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def _in_initializer(proto: Any) -> None:
    _outside(proto.graph.initializer[0])


def _in_attribute(proto: Any) -> None:
    node = helper.make_node("Constant", [], ["more"], value=numpy_helper.from_array(np.ones(1, np.float32)))
    _outside(node.attribute[0].t)
    proto.graph.node.append(node)


def _in_branch(proto: Any) -> None:
    inner = onnx.GraphProto()
    inner.CopyFrom(proto.graph)
    _outside(inner.initializer[0])
    proto.graph.node.append(helper.make_node("If", ["given"], ["more"], then_branch=inner, else_branch=proto.graph))


def _sparse(proto: Any) -> None:
    values = numpy_helper.from_array(np.ones(1, np.float32), "more")
    _outside(values)
    places = numpy_helper.from_array(np.zeros(1, np.int64))
    proto.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [2]))


@pytest.mark.promise("A1")
@pytest.mark.parametrize("change", [_in_initializer, _in_attribute, _in_branch, _sparse], ids=lambda change: change.__name__)
def test_no_numbers_are_taken_from_another_file(change: Callable[[Any], None]) -> None:
    with pytest.raises(ModelFileError, match="said to lie in another file"):
        form(model(change))


@pytest.mark.promise("A1")
@pytest.mark.parametrize(("operator", "domain"), [("EPContext", "com.microsoft"), ("Scaler", "ai.onnx.ml"), ("Mine", "mine")])
def test_operators_that_are_not_of_the_standard_are_refused(operator: str, domain: str) -> None:
    def change(proto: Any) -> None:
        proto.graph.node.append(helper.make_node(operator, ["given"], ["more"], domain=domain))

    with pytest.raises(ModelFileError, match=f"'{operator}' of '{domain}', which is not allowed"):
        form(model(change))


def test_functions_and_other_parts_are_refused() -> None:
    def change(proto: Any) -> None:
        proto.functions.append(onnx.FunctionProto(name="f"))

    with pytest.raises(ModelFileError, match="it has a field 25"):
        form(model(change))


def test_other_programs_files_are_named_as_such() -> None:
    def change(proto: Any) -> None:
        proto.metadata_props[0].key = "other"

    with pytest.raises(ModelFileError, match="not one written by fledge"):
        form(model(change))


def test_a_word_that_stands_twice_is_refused() -> None:
    def change(proto: Any) -> None:
        entry = proto.metadata_props.add()
        entry.key, entry.value = "fledge", "{}"

    with pytest.raises(ModelFileError, match="'fledge' twice"):
        form(model(change))
