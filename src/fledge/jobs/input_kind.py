"""Which kind of files a trained model takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fledge.core.errors import UsageError

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

_KINDS = {"image": "picture", "sound": "sound", "track": "track"}
_ROWS = ("row", "pair", "person")


def input_kind(predictor: AnyPredictor) -> str:
    """The kind of files that its inputs are read from: pictures or sounds."""
    name = predictor.kinds[0]
    if name not in _KINDS:
        what = type(predictor.input).__name__
        raise UsageError(f"{predictor!r} takes a {what}, which no file holds alone", hint="call it from Python")
    return _KINDS[name]


def takes_rows(predictor: AnyPredictor) -> bool:
    """Whether its inputs are rows of tables rather than files."""
    return predictor.kinds[0] in _ROWS
