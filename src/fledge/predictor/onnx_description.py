"""What stands in the metadata of an exported model, read without torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, final

import msgspec

from fledge.core.errors import ModelFileError, UnknownName, shown
from fledge.core.names import Table
from fledge.core.record import Keep, pack_fields, unpack_fields
from fledge.core.record_reader import Tables
from fledge.core.strict_json import JsonObject
from fledge.predictor.card import Card
from fledge.tasks.saying import Saying
from fledge.tasks.table import SAYINGS, TASKS
from fledge.transforms.reading import Reading
from fledge.transforms.table import ARRAYS, READINGS, TRANSFORMS

FORM = 1
"""The version of the form this fledge writes."""

Weights = Literal["float32", "float16", "int8"]
"""How the numbers of a network are kept; it reckons in float32 whatever they are."""

_Count = Annotated[int, msgspec.Meta(ge=0)]

_TABLES: Tables = {Reading: READINGS, Saying: SAYINGS}


@final
@dataclass(frozen=True)
class Compared:
    """How its answers were compared with the original's when it was written: of so many inputs, so many were the same.

    `most` is what a probability, or an output on the network's own scale, differed by at most.

    >>> print(Compared(12, 12, 3.2e-7))
    12 of 12 answers are the original's; 3e-07 is the most that numbers differ by
    """

    count: _Count = 0
    same: _Count = 0
    most: Annotated[float, msgspec.Meta(ge=0)] = 0.0

    def __str__(self) -> str:
        most = f"{self.most:.1g}" if self.most else "nothing"
        return f"{self.same} of {self.count} answers are the original's; {most} is the most that numbers differ by"


@final
@dataclass(frozen=True)
class OnnxDescription:
    """All of an exported model that is not its graph: how inputs are read, how answers are said, and what is known of it."""

    title: Annotated[str, msgspec.Meta(max_length=200)]
    reading: Reading
    saying: Saying
    weights: Weights = "float32"
    card: Card = field(default_factory=Card)
    compared: Compared = field(default_factory=Compared)

    def packed(self, task: JsonObject, codec: JsonObject, keep: Keep) -> JsonObject:
        """As plain JSON, beside the task and the codec as the model's own file holds them; arrays are put away by `keep`."""
        return {"form": FORM, "task": task, "codec": codec, **pack_fields(self, tables=_TABLES, keep=keep)}

    @classmethod
    def unpacked(cls, header: JsonObject, where: str, find: Callable[[Any, str], Any]) -> OnnxDescription:
        """What `packed` made, every name and bound checked. The task and the codec are for others to read."""
        header = dict(header)
        form = header.pop("form", None)
        if form != FORM or type(form) is not int:
            raise ModelFileError(
                f"{where}: $.form: {shown(form)} is not the form {FORM}, which this fledge reads",
                hint="a newer fledge may read it: pip install --upgrade fledge",
            )
        _check_name(header.pop("task", None), TASKS, f"{where}: $.task")
        codec = header.pop("codec", None)
        for side in ("input", "target"):
            _check_name(codec.get(side) if isinstance(codec, dict) else None, TRANSFORMS, f"{where}: $.codec.{side}")
        return unpack_fields(header, cls, f"{where}: $", tables=_TABLES, kept=dict.fromkeys(ARRAYS, find))


def _check_name(part: Any, table: Table, where: str) -> None:
    name = part.get("name") if isinstance(part, dict) else None
    if not isinstance(name, str) or name not in table:
        raise ModelFileError(f"{where}.name: {UnknownName(table.kind, name, table).message}")
