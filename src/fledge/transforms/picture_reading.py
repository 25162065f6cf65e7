"""Pictures for an exported model: pixels as they were decoded, for the graph resizes them itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

import msgspec
import numpy as np

from fledge.core.errors import UnreadableItem
from fledge.transforms.picture import name_of, picture_size, read_pixels
from fledge.transforms.reading import Array, Reading

_Side = Annotated[int, msgspec.Meta(ge=1, le=32768)]


@final
@dataclass(frozen=True)
class PictureReading(Reading):
    """A picture as bytes (height, width, channels), read by the same code as in training.

    >>> PictureReading(channels=1).encode(np.zeros((4, 6), np.uint8))[0].shape
    (4, 6, 1)
    """

    transform: ClassVar[str] = "image"

    channels: Annotated[int, msgspec.Meta(ge=1, le=64)] = 3
    at_least: tuple[_Side, _Side] | None = None
    """Height and width below which a picture is not to be shrunk while it is read."""
    size: tuple[_Side, _Side] | None = None
    """The only height and width there can be, where nothing resizes pictures."""

    own_size: bool = False
    """Whether the height and width that a picture has in its file go beside it: it may have been shrunk while it was read."""

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]  # others have a constant
        return ("pixels", "size") if self.own_size else ("pixels",)

    @property
    def shared(self) -> int:  # type: ignore[override]
        return int(self.own_size)

    def encode(self, value: Any) -> tuple[Array, ...]:
        if not self.own_size:
            return (self._pixels(value),)
        if hasattr(value, "read"):  # an open file is read once
            value = value.read()
        return self._pixels(value), np.array(picture_size(value), np.int64)

    def _pixels(self, value: Any) -> Array:
        pixels = np.ascontiguousarray(read_pixels(value, self.channels, self.at_least))
        if self.size is not None and pixels.shape[:2] != self.size:
            height, width = pixels.shape[:2]
            raise UnreadableItem(
                f"{name_of(value)} is {width} × {height} pixels large, and this model takes only"
                f" {self.size[1]} × {self.size[0]}",
                hint="train with item_tfms=Resize(size), and pictures of any size can be asked about",
            )
        return pixels
