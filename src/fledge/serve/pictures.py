"""Pictures over HTTP: how one is shown, and whether it can be drawn by hand."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.strict_json import JsonObject
from fledge.serve.files import file_input
from fledge.serve.kinds import File

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

_LARGEST_DRAWN = 64
_GREY = 12
"""How far apart the channels of a grey picture may be, after JPEG."""


def seen(transform: Any, encoded: Any) -> File | None:
    """What the model sees of an input, as a PNG: nothing is lost. There is none for pictures of many channels."""
    pixels: NDArray[np.uint8] | None = transform.decode(encoded)
    if pixels is None or pixels.shape[2] not in (1, 3, 4):
        return None
    file = BytesIO()
    Pillow.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(file, "PNG")
    return file.getvalue(), "image/png"


def _about(predictor: AnyPredictor) -> JsonObject:
    """Whether the examples are small and grey, so that a person can draw one: on paper as dark as theirs."""
    if predictor.examples is None:
        return {}
    pictures = [predictor.input.decode(each) for each in predictor.examples.inputs]
    if max(pictures[0].shape[:2]) > _LARGEST_DRAWN or not all(_is_grey(each) for each in pictures):
        return {}
    edges = np.concatenate([np.concatenate([each[0], each[-1], each[:, 0], each[:, -1]]).ravel() for each in pictures])
    return {"draw": {"dark": bool(np.median(edges) < 128)}}


def _is_grey(pixels: NDArray[np.uint8]) -> bool:
    return pixels.shape[2] in (1, 3) and int(np.ptp(pixels, axis=2).max(initial=0)) <= _GREY


PICTURES = file_input("image", "image/*", seen, seen=seen, about=_about)
