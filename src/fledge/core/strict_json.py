"""JSON read from files by strict rules: no twins, no NaN, no depths, no surprises."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import msgspec
import numpy as np

from fledge.core.errors import ModelFileError, shown

JsonObject = dict[str, Any]
"""A JSON object as plain Python: str, int, float, bool, None, list and dict."""

LIMIT = 8 << 20
"""The most bytes of JSON that are read."""

_DEEPEST = 64
_MOST_VALUES = 1 << 19
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def parse(data: bytes, where: str, *, limit: int = LIMIT) -> JsonObject:
    """The JSON object in `data`, or a refusal that begins with `where`.

    >>> parse(b'{"form": 1}', "bird.safetensors")
    {'form': 1}
    >>> parse(b'{"form": 1, "form": 2}', "bird.safetensors")
    Traceback (most recent call last):
    fledge.core.errors.ModelFileError: bird.safetensors: refused JSON: the key 'form' stands twice in one object
    """
    if len(data) > limit:
        raise _refused(where, f"it is {len(data)} bytes long, and at most {limit} are read")
    if data.count(b'"') > 2 * _MOST_VALUES or data.count(b",") > _MOST_VALUES:
        raise _refused(where, f"it holds more than {_MOST_VALUES} values")
    if _depth(data) > _DEEPEST:
        raise _refused(where, f"it is nested more than {_DEEPEST} deep")
    try:
        value = msgspec.json.decode(data)
        json.loads(data, object_pairs_hook=_without_twins)  # msgspec keeps the last of two equal keys and says nothing
    except (ValueError, msgspec.MsgspecError) as error:
        raise _refused(where, str(error)) from None
    if not isinstance(value, dict):
        raise _refused(where, f"it should be an object, not {shown(value)}")
    return value


def render(value: JsonObject) -> bytes:
    """The one way we write an object: compact, keys in the order given.

    >>> render({"form": 1, "names": ["chaffinch", "great tit"]})
    b'{"form":1,"names":["chaffinch","great tit"]}'
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _depth(data: bytes) -> int:
    """How deeply brackets outside of strings are nested; known before any parser sees them."""
    brackets = np.frombuffer(_STRING.sub(b"", data).translate(None, _ALL_BUT_BRACKETS), dtype=np.uint8)
    steps = np.where((brackets == ord("[")) | (brackets == ord("{")), np.int8(1), np.int8(-1))
    return int(np.cumsum(steps, dtype=np.int32).max(initial=0))


def _without_twins(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twin, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {shown(twin)} stands twice in one object")
    return found


def _refused(where: str, reason: str) -> ModelFileError:
    return ModelFileError(f"{where}: refused JSON: {reason}")
