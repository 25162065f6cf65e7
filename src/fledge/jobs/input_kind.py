"""Which kind of files a trained model takes."""

from __future__ import annotations

from fledge.core.errors import UsageError
from fledge.predictor.predictor import Predictor
from fledge.transforms.table import TRANSFORMS

_KINDS = {"image": "picture", "sound": "sound", "track": "track"}
_ROWS = ("row", "pair", "person")


def input_kind(predictor: Predictor) -> str:
    """The kind of files that its inputs are read from: pictures or sounds."""
    name = TRANSFORMS.name_of(type(predictor.codec.input))
    if name not in _KINDS:
        what = type(predictor.codec.input).__name__
        raise UsageError(f"{predictor!r} takes a {what}, which no file holds alone", hint="call it from Python")
    return _KINDS[name]


def takes_rows(predictor: Predictor) -> bool:
    """Whether its inputs are rows of tables rather than files."""
    return TRANSFORMS.name_of(type(predictor.codec.input)) in _ROWS
