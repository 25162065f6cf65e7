"""What stands in the header of a model file, beside its tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, final

import msgspec

from fledge.core.errors import ModelFileError, shown
from fledge.core.record import pack_fields, unpack_fields
from fledge.core.record_reader import Tables
from fledge.core.strict_json import JsonObject
from fledge.models.architecture import Architecture
from fledge.models.table import ARCHITECTURES
from fledge.predictor.card import Card
from fledge.tasks.table import TASKS
from fledge.tasks.task import Task
from fledge.transforms.resize import PictureStep
from fledge.transforms.table import STEPS, TRANSFORMS
from fledge.transforms.transform import Codec, Transform

FORM = 1
"""The version of the form this fledge writes."""

TABLES: Tables = {Task: TASKS, Transform: TRANSFORMS, Architecture: ARCHITECTURES, PictureStep: STEPS}
"""All that a model file can name."""

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

    def packed(self) -> JsonObject:
        """As plain JSON, under the version of the form."""
        return {"form": FORM, **pack_fields(self, tables=TABLES)}

    @classmethod
    def unpacked(cls, header: JsonObject, where: str, ops: Mapping[str, Any]) -> Description:
        """What `packed` made, now or in an earlier release, every name and bound checked."""
        header = _in_this_form(dict(header), where)
        del header["form"]
        return unpack_fields(header, cls, f"{where}: $", tables=TABLES, ops=ops)


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
