"""Movements over HTTP: CSV files with a line for each event."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from fledge.core.strict_json import JsonObject
from fledge.serve.files import file_input
from fledge.serve.kinds import File, InputKind
from fledge.serve.pictures import seen
from fledge.serve.problem import UnknownMedia
from fledge.transforms.track_states import DRAG, MOVE, PRESS

if TYPE_CHECKING:
    from torch import Tensor

    from fledge.predictor.loading import AnyPredictor
    from fledge.transforms.track import Track
    from fledge.transforms.track_reading import TrackReading

CSV = "text/csv"

_PACKED = b"\x1f\x8b"
_STATES = ("move", "press", "release", "drag", "scroll")


def _read(transform: Track, body: bytes | bytearray, content_type: str, most: int) -> list[Any]:
    """The files, none of them packed: what a few bytes unpack to would be more than a sender may send."""
    files = _FILES.read(transform, body, content_type, most)
    if any(each.startswith(_PACKED) for each in files):
        raise UnknownMedia("packed files are not read", hint="send it unpacked")
    return files


def _example(transform: Track, encoded: Tensor) -> File | None:
    """An encoded movement as a file, if all of it is there: of a part nobody could tell how large the whole was."""
    events = encoded[encoded[:, :, 3] >= 0]
    low, high = events[:, :2].amin(0), events[:, :2].amax(0)
    if float(low.max()) != 0 or float((high - low).max()) != 1:
        return None
    names = _names(transform)
    moments = accumulate(since / transform.unit for since in events[:, 2].tolist())
    lines = [",".join(names.values())]
    for moment, (x, y, _, kind) in zip(moments, events.tolist(), strict=True):
        said = {"state": _STATES[int(kind)], "button": "left" if int(kind) in (PRESS, DRAG) else "none"}
        lines.append(",".join([repr(moment), repr(x), repr(y), *(said[each] for each in names if each in said)]))
    return ("\n".join(lines) + "\n").encode(), CSV


def _names(transform: Track | TrackReading) -> dict[str, str]:
    """How the columns are called, by what they hold; where no table names what happened, in the one that says it best."""
    columns = transform.columns
    named = {"state": columns.state, "button": columns.button}
    happened = {what: name for what, name in named.items() if name is not None}
    return {"time": columns.time or "time", "x": columns.x or "x", "y": columns.y or "y", **(happened or {"state": "state"})}


def _about(predictor: AnyPredictor) -> JsonObject:
    """How a page writes down a movement as those of training were: with buttons only if they had some."""
    track: Any = predictor.input
    # An exported model carries no examples, but remembers this of them.
    examples = predictor.examples
    pressed = getattr(track, "pressed", False) if examples is None else bool((examples.inputs[..., 3] > MOVE).any())
    return {"columns": _names(track), "unit": track.unit, "pressed": pressed, "events": track.events * track.pieces}


_FILES: InputKind = file_input("track", CSV, _example, seen=seen, about=_about)

TRACKS = replace(_FILES, read=_read)
