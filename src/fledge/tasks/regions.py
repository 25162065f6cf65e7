"""What each place of a picture is, as an answer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import UnknownName, UsageError
from fledge.tasks.answer import Answer, percent
from fledge.transforms.mask_colours import VOID
from fledge.transforms.picture import read_pixels

if TYPE_CHECKING:
    from torch import Tensor

    from fledge.transforms.resize import Region

SMALLEST = 1 / 5000
"""The share of a picture below which a piece is a speck, and not counted."""

_SAID = 6
MaskForm = Literal["png", "runs"]


@final
@dataclass(frozen=True)
class Scene:
    """A picture's own height and width, and the part of it that the model sees."""

    height: int
    width: int
    seen: Region


@final
@dataclass(frozen=True, eq=False)
class Regions(Answer):
    """The class of each place of a picture: `mask` holds its place in `names`, 255 where the model saw nothing.

    >>> sea = Regions(np.array([[0, 0, 0], [0, 1, 1]], np.uint8), ("sky", "sea"))
    >>> print(sea)
    sky 66.7 %, sea 33.3 %
    >>> print(sea.to_json())
    {"answer": {"sky": 0.6666666666666666, "sea": 0.3333333333333333}, "counts": {"sky": 1, "sea": 1}, "width": 3, "height": 2}
    >>> sea.runs
    ((0, 4), (1, 2))
    """

    mask: NDArray[np.uint8]
    names: tuple[str, ...]
    palette: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((256, 3), np.uint8), repr=False)
    """The colour of each class, (256, 3)."""
    scores: Tensor | None = field(default=None, repr=False)
    """What the model gave, (classes, height, width), until the mask is brought to the picture's own size."""

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """The share of the picture that each class covers, the largest first; of what was seen of it."""
        counts = np.bincount(self.mask.ravel(), minlength=256)[: len(self.names)]
        total = max(int(counts.sum()), 1)
        order = np.argsort(-counts, kind="stable")
        return {self.names[place]: int(counts[place]) / total for place in order.tolist()}

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many pieces each class has that hang together (corners count), specks left out."""
        from scipy import ndimage  # it takes longer to load than to count

        least, found = SMALLEST * self.mask.size, {}
        for place, name in enumerate(self.names):
            pieces, count = ndimage.label(self.mask == place, np.ones((3, 3), np.int8))
            sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
            found[name] = int((sizes >= least).sum())
        return found

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """The mask as (class, how often) row by row, from the upper left corner on."""
        flat = self.mask.ravel()
        starts = np.flatnonzero(np.r_[True, flat[1:] != flat[:-1]])
        lengths = np.diff(np.r_[starts, flat.size])
        return tuple(zip(flat[starts].tolist(), lengths.tolist(), strict=True))

    def where(self, name: str) -> NDArray[np.bool_]:
        """The places that are of one class."""
        if name not in self.names:
            raise UnknownName("class", name, self.names)
        places: NDArray[np.bool_] = self.mask == self.names.index(name)
        return places

    def png(self) -> bytes:
        """The mask as a PNG file: each place's number is its class, shown in the class's colour."""
        picture = Pillow.fromarray(self.mask)
        picture.putpalette(self.palette.tobytes())
        file = BytesIO()
        picture.save(file, "PNG", optimize=True)
        return file.getvalue()

    def overlay(self, picture: Any, opacity: float = 0.5) -> NDArray[np.uint8]:
        """The picture (as any input is given) with the classes' colours over it, (height, width, 3)."""
        if not 0 <= opacity <= 1:
            raise UsageError(f"opacity is {opacity}, not a share from 0 to 1")
        pixels = read_pixels(picture, 3)
        if pixels.shape[:2] != self.mask.shape:
            raise UsageError(f"the picture is {pixels.shape[1]} × {pixels.shape[0]}, and the mask that of another")
        shown = np.where((self.mask != VOID)[:, :, None], self.palette[self.mask], pixels)
        mixed: NDArray[np.uint8] = np.rint(pixels * (1 - opacity) + shown * opacity).astype(np.uint8)
        return mixed

    def placed(self, scene: Scene) -> Regions:
        """The mask at the picture's own size: scores are spread out, and the highest taken at each place."""
        if self.scores is None:
            return self
        from fledge.tasks.spreading import spread_out  # whoever has scores has torch

        return replace(self, mask=spread_out(self.scores, scene), scores=None)

    def bars(self) -> Mapping[str, float]:
        return self.shares

    def as_dict(self, mask: MaskForm | None = None) -> dict[str, Any]:
        """The answer as JSON has it; `mask` adds the mask itself: "png" as base64, "runs" as pairs (class, how often)."""
        drawn: dict[str, Any] = {}
        if mask == "png":
            drawn = {"mask": b64encode(self.png()).decode()}
        elif mask == "runs":
            drawn = {"mask": [list(run) for run in self.runs], "classes": list(self.names)}
        elif mask is not None:
            raise UnknownName("form of a mask", mask, ("png", "runs"))
        return {**super().as_dict(), **drawn}

    def __str__(self) -> str:
        there = [(name, share) for name, share in self.shares.items() if share > 0]
        said = [f"{name} {percent(share)}" + _times(self.counts[name]) for name, share in there[:_SAID]]
        more = [f"{len(there) - _SAID} more"] if len(there) > _SAID else []
        return ", ".join([*said, *more]) or "nothing"

    def _parts(self) -> dict[str, Any]:
        counts = {name: self.counts[name] for name in self.shares}
        return {"answer": dict(self.shares), "counts": counts, "width": self.mask.shape[1], "height": self.mask.shape[0]}

    def _repr_html_(self) -> str:
        picture = b64encode(self.png()).decode()
        bars = super()._repr_html_().removeprefix("<div>").removesuffix("</div>")
        shown = f'<img alt="{escape(str(self))}" src="data:image/png;base64,{picture}" style="max-width:24em">'
        return f"<div>{shown}<br>{bars}</div>"


def _times(count: int) -> str:
    return f" ({count}×)" if count > 1 else ""
