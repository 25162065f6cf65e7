"""Movements over HTTP: each is a table of its events."""

from __future__ import annotations

from torch import Tensor

from fledge.serve.files import file_input
from fledge.serve.kinds import File
from fledge.serve.pictures import seen
from fledge.transforms.track import Track


def _example(transform: Track, encoded: Tensor) -> File | None:
    """None: an encoded movement may have gaps between its pieces, so no table of events is sure to be cut the same way."""
    return None


TRACKS = file_input("track", "text/csv", _example, seen=seen)
