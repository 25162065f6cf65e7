"""A report's own sections where each place has a class: each class, what is taken for what, the worst pictures."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from torch import Tensor

from fledge.insight.interpretation import Interpretation
from fledge.insight.places import PlaceFigures, Places
from fledge.report.cells import draw_cells
from fledge.report.classes import MOST_CLASSES
from fledge.report.facts import ReportFacts
from fledge.report.html import Html, element, joined, name, readable
from fledge.report.marks import whisker
from fledge.report.parts import Column, Section, figure, note, table
from fledge.report.thumbs import thumbnail
from fledge.report.words import one, value

SIDE = 224
"""The longest side of a picture, in pixels."""

_WORST, _OF_CLASS, _CLASSES = 6, 2, 16
"""How many of the worst pictures are shown: of all, of each class, and of how many classes."""


def sections(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """How well each class is found, and the pictures in which it is not."""
    places = Places.of(result)
    how = (
        "Pull the handle at a picture's lower right corner: what is predicted, and beside it what is actual, is drawn over the "
        "picture as far as you pull."
    )
    return [
        Section("classes", "Class by class", _per_class(facts, places)),
        Section("confusion", "What is taken for what", _confusion(places)),
        Section(
            "worst",
            "The worst pictures",
            joined(
                [
                    note(f"The held-back {facts.noun} with the lowest mean IoU. {how}"),
                    _legend(result),
                    _gallery(result, places, places.worst(_WORST)),
                ]
            ),
        ),
        Section("worst-of-class", "The worst pictures of each class", _of_classes(facts, result, places)),
    ]


def _per_class(facts: ReportFacts, places: Places) -> Html:
    columns: list[Column | str] = [
        "class",
        Column("of all places", numbers=True),
        Column(facts.noun, numbers=True),
        Column("IoU", numbers=True),
        "95 % interval",
        "0 to 100 %",
        Column("found", numbers=True),
        "most often taken for",
    ]
    classes = sorted(places.per_class(), key=lambda each: 2.0 if each.iou is None else each.iou.value)
    rows = [[name(each.name), one(each.share, share=True), f"{each.pictures:,}", *_iou(each), *_else(each)] for each in classes]
    words = note(
        "IoU: of the places where a class is or is claimed to be, the share where it is both. Found: of the places where it "
        f"is, those that were said to be it. The interval comes from drawing the {facts.noun} anew; void places don't count. "
        "The class that is found worst stands first."
    )
    return joined([words, table("Figures by class", columns, rows)])


def _iou(each: PlaceFigures) -> list[object]:
    if each.iou is None:
        return ["–", "none to judge by", None]
    return [value(each.iou), each.iou.interval, whisker(each.iou, 0.0, 1.0)]


def _else(each: PlaceFigures) -> list[object]:
    found = "–" if each.found is None else one(each.found, share=True)
    return [found, None if each.taken_for is None else name(each.taken_for)]


def _confusion(places: Places) -> Html:
    counts = places.confusion.double()
    shares = (100 * counts / counts.sum(1, keepdim=True).clamp(min=1)).round().long()
    wrong = counts.clone().fill_diagonal_(0)
    kept = sorted((wrong.sum(0) + wrong.sum(1)).argsort(descending=True, stable=True)[:MOST_CLASSES].tolist())
    names = [readable(places.names[place]) for place in kept]
    drawn = draw_cells(
        "Confusion of places",
        "Of each 100 places of a class (downwards), how many are said to be of each class (across).",
        shares[kept][:, kept].tolist(),
        names,
    )
    scroll = element("div", drawn, class_="scroll", role="region", aria_label="Confusion of places", tabindex=0)
    of_all = counts / counts.sum(1, keepdim=True).clamp(min=1)
    pairs = [
        [name(places.names[i]), name(places.names[j]), f"{int(counts[i, j]):,}", one(float(of_all[i, j]), share=True)]
        for i, j in _pairs(wrong)
    ]
    columns: list[Column | str] = ["actual", "taken for", Column("places", numbers=True), Column("of its places", numbers=True)]
    return figure("Of each 100 places", scroll, table("Confusions, the largest first", columns, pairs), "rounded")


def _pairs(wrong: Tensor) -> list[tuple[int, int]]:
    """Pairs of different classes that were confused, those of most places first."""
    classes = len(wrong)
    order = wrong.flatten().argsort(descending=True, stable=True).tolist()
    return [divmod(each, classes) for each in order if wrong.flatten()[each] > 0]


def _of_classes(facts: ReportFacts, result: Interpretation, places: Places) -> Html:
    """Those classes that are found worst, each with the pictures in which most of its places are wrong."""
    order = sorted(enumerate(places.per_class()), key=lambda each: 2.0 if each[1].iou is None else each[1].iou.value)
    parts = [note(f"For each class the held-back {facts.noun} in which most places are wrongly it, or wrongly not.")]
    for place, each in order[:_CLASSES]:
        if rows := places.worst_of(place, _OF_CLASS):
            parts += [element("h3", name(each.name)), _gallery(result, places, rows)]
    return joined(parts)


def _gallery(result: Interpretation, places: Places, rows: Sequence[int]) -> Html:
    scores = places.scores()
    items = []
    for row in rows:
        told = f"mean IoU {one(float(scores[row]), share=True)}"
        title = element("small", name(_short(result.predictions.name(row)), 80), f" · {told}")
        items.append(element("li", _pair(result, row), title))
    return element("ol", items, class_="masks")


def _pair(result: Interpretation, row: int) -> Html:
    """A picture twice, under what is predicted and under what is actual."""
    picture = thumbnail(result, result.predictions.place(row), side=SIDE)
    if picture is None or result.predictions.targets is None:
        return element("div", "no picture", class_="none")
    address, width, height = picture
    kinds = (("predicted", result.predictions.probabilities[row]), ("actual", result.predictions.targets[row]))
    return joined([_slide(result, kind, mask, address, (width, height)) for kind, mask in kinds])


def _slide(result: Interpretation, kind: str, mask: Tensor, picture: str, size: tuple[int, int]) -> Html:
    """A picture, and over it as much of a mask as whoever looks pulls out."""
    width, height = size
    below = element("img", src=picture, width=width, height=height, alt="", loading="lazy")
    over = element("img", src=_as_png(mask.numpy(), result.codec.target.palette, size), width=width, height=height, alt=kind)
    shown = element("div", below, element("div", over, class_="over"), class_="slide")
    return element("figure", shown, element("figcaption", element("small", kind)))


def _as_png(mask: NDArray[np.uint8], palette: NDArray[np.uint8], size: tuple[int, int]) -> str:
    """A mask in its colours, see-through where nothing counts, as a data address."""
    picture = Pillow.fromarray(mask).resize(size, Pillow.Resampling.NEAREST)
    picture.putpalette(palette.tobytes())
    file = BytesIO()
    picture.save(file, "PNG", optimize=True, transparency=255)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode('ascii')}"


def _legend(result: Interpretation) -> Html:
    target = result.codec.target
    items = [
        element("li", _patch(tuple(map(int, target.palette[place]))), name(each, 40)) for place, each in enumerate(target.names)
    ]
    return element("ul", items, class_="legend")


def _patch(colour: tuple[int, ...]) -> Html:
    red, green, blue = colour
    square = element("rect", width=14, height=14, fill=f"#{red:02x}{green:02x}{blue:02x}")
    return element("svg", square, width=14, height=14, viewBox="0 0 14 14", aria_hidden="true")


def _short(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
