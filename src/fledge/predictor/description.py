"""What stands in the header of a model file, beside its tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, final

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import ModelFileError, listed, shown
from fledge.core.record import pack_fields, unpack_fields
from fledge.core.record_reader import Tables
from fledge.core.strict_json import JsonObject
from fledge.models.architecture import Architecture
from fledge.models.table import ARCHITECTURES
from fledge.predictor.card import Card
from fledge.tasks.table import TASKS
from fledge.tasks.task import Task
from fledge.transforms.resize import PictureStep
from fledge.transforms.table import ARRAYS, STEPS, TRANSFORMS
from fledge.transforms.transform import Codec, Transform

FORM = 1
"""The version of the form this fledge writes."""

TABLES: Tables = {Task: TASKS, Transform: TRANSFORMS, Architecture: ARCHITECTURES, PictureStep: STEPS}
"""All that a model file can name."""

CODEC = "codec."
"""What the names of the codec's tensors begin with, as the path to each field of it does."""

bring_forward: Mapping[int, Callable[[JsonObject], JsonObject]] = {}
"""For each older form, what makes a header of it one of the form that followed."""


@final
@dataclass(frozen=True)
class Sides:
    """The codec's two transforms."""

    input: Transform[Any, Any]
    target: Transform[Any, Any]


@final
@dataclass(frozen=True)
class Description:
    """All of a predictor that is not a tensor. `examples` are the answers to the example inputs, as people read them."""

    task: Task[Any]
    codec: Sides
    architecture: Architecture
    card: Card = field(default_factory=Card)
    examples: Annotated[tuple[str, ...], msgspec.Meta(max_length=100)] = ()

    @property
    def sides(self) -> Codec[Any, Any]:
        """The codec, as tasks take it."""
        return Codec(self.codec.input, self.codec.target)

    def packed(self) -> tuple[JsonObject, dict[str, Tensor]]:
        """As plain JSON, under the version of the form; and the tensors that the codec holds, by the names they have there."""
        tensors: dict[str, Tensor] = {}
        names: dict[int, str] = {}

        def keep(value: Any, path: str) -> JsonObject | None:
            if not isinstance(value, np.ndarray):
                return None
            same = names.setdefault(id(value), path)  # both sides may share one
            tensors[same] = torch.from_numpy(value)
            return {"tensor": same}

        return {"form": FORM, **pack_fields(self, tables=TABLES, keep=keep)}, tensors

    @classmethod
    def unpacked(cls, header: JsonObject, where: str, ops: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Description:
        """What `packed` made, now or in an earlier release: every name and bound checked, no tensor of the codec left over."""
        header = _in_this_form(dict(header), where)
        del header["form"]
        left = set(tensors)

        def find(data: Any, place: str) -> NDArray[Any]:
            name = data.get("tensor") if isinstance(data, dict) and len(data) == 1 else None
            if not isinstance(name, str) or name not in tensors:
                raise ModelFileError(f"{place}: {shown(data)} should name a tensor of the codec")
            left.discard(name)
            return _array(tensors[name], place)

        described = unpack_fields(header, cls, f"{where}: $", tables=TABLES, ops=ops, kept=dict.fromkeys(ARRAYS, find))
        if left:
            raise ModelFileError(f"{where}: nothing in the codec has the tensors {listed(sorted(left))}")
        return described


def _array(tensor: Tensor, place: str) -> NDArray[Any]:
    """A tensor of the codec as an array: of whole numbers, for it holds nothing else."""
    if tensor.dtype not in (torch.uint8, torch.int32, torch.int64):
        raise ModelFileError(f"{place}: the codec keeps whole numbers, not {tensor.dtype}")
    array: NDArray[Any] = tensor.numpy()
    return array


def _in_this_form(header: JsonObject, where: str) -> JsonObject:
    form = header.get("form")
    if type(form) is not int or form < 1:
        raise ModelFileError(f"{where}: $.form: {shown(form)} is no version of a model file")
    if form > FORM:
        raise ModelFileError(
            f"{where}: written in form {form}, and this fledge reads forms up to {FORM}",
            hint="a newer fledge reads it: pip install --upgrade fledge",
        )
    for older in range(form, FORM):
        header = bring_forward[older](header)
    return header
