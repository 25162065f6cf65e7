"""What a saved model says of itself: when, from what, how good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Self, final

import msgspec

from fledge.scoring.figure import Figure

Line = Annotated[str, msgspec.Meta(max_length=1000)]
Count = Annotated[int, msgspec.Meta(ge=0)]
MOST_REMARKS = 20


@final
@dataclass(frozen=True)
class Card:
    """The model card: plain facts for whoever finds the file. Nothing in it changes an answer.

    >>> Card.now(name="bird", trained_on=330).trained_on
    330
    """

    name: Line = ""
    created: Line = ""
    versions: Mapping[str, Line] = field(default_factory=dict)
    trained_on: Count = 0
    held_back: Count = 0
    figures: Mapping[str, Figure] = field(default_factory=dict)
    seed: int | None = None
    licence: Line = ""
    remarks: Annotated[tuple[Line, ...], msgspec.Meta(max_length=MOST_REMARKS)] = ()
    """What has to be known besides: that training went on with other data than it was begun with, say."""

    @classmethod
    def now(cls, **facts: Any) -> Self:
        """A card of this moment and of the versions in use."""
        known = {name: found for name in ("fledge", "torch", "timm") if (found := _version(name))}
        return cls(created=datetime.now(UTC).isoformat(timespec="seconds"), versions=known, **facts)


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version  # which takes longer than all of this file's reading

    try:
        return version(package)
    except PackageNotFoundError:  # run from a folder of sources
        return None
