"""Items that went wrong, each with its picture or sound, what was said and what is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fledge.insight.interpretation import Interpretation, TopLoss
from fledge.report.html import Html, element, joined, name, readable
from fledge.report.parts import Column, folded, note, table
from fledge.report.player import player
from fledge.report.thumbs import Picture, thumbnail
from fledge.report.tracks import raw_track
from fledge.report.words import target
from fledge.tasks.answer import percent
from fledge.transforms.track import Track

MOST = 12
"""How many items a gallery shows."""

Overlay = Callable[[TopLoss], Html]
"""What is drawn over an item's picture, in shares of its sides from 0 to 100."""


def gallery(result: Interpretation, worst: Sequence[TopLoss], *, overlay: Overlay | None = None, say: bool = True) -> Html:
    """The items side by side, and as a table; `say` writes below each what was predicted and what is actual."""
    pictures = [thumbnail(result, each.place) for each in worst]
    words = _as_table(result, worst)
    if not any(pictures):  # rows, texts, or files that are gone
        return words
    items = [
        element("li", *_shown(result, picture, each, overlay), _told(each) if say else _named(each))
        for picture, each in zip(pictures, worst, strict=True)
    ]
    return joined(
        [
            element("ol", items, class_="gallery pairs" if isinstance(result.codec.input, Track) else "gallery"),
            folded("As a table", words),
        ]
    )


def worst_items(result: Interpretation, why: str, *, overlay: Overlay | None = None, say: bool = True) -> Html:
    """The items with the highest losses."""
    return joined([note(why), gallery(result, result.top_losses(MOST), overlay=overlay, say=say)])


def _shown(result: Interpretation, picture: Picture | None, each: TopLoss, overlay: Overlay | None) -> list[Html | None]:
    """An item's picture, with its sound or the movement it was drawn from beside it."""
    drawn = _drawn(picture, each, overlay)
    raw = raw_track(result, each.place)
    return [drawn, player(result, each.place)] if raw is None else [element("div", raw, drawn, class_="pair")]


def _drawn(picture: Picture | None, each: TopLoss, overlay: Overlay | None) -> Html:
    if picture is None:
        return element("div", "no picture", class_="picture none")
    address, width, height = picture
    what = readable(f"{_short(each.name)}: predicted {target(each.predicted)}, actual {target(each.actual)}", 300)
    if overlay is None:
        return element("img", src=address, width=width, height=height, alt=what, class_="picture", loading="lazy")
    inside = element("image", href=address, width=100, height=100, preserveAspectRatio="none")
    field = element("svg", inside, overlay(each), viewBox="0 0 100 100", width=width, height=height, preserveAspectRatio="none")
    return element("svg", element("title", what), field, role="img", viewBox=f"0 0 {width} {height}", class_="picture")


def _told(each: TopLoss) -> Html:
    sure = "" if each.probability is None else f" {percent(each.probability)}"
    return joined(
        [
            element("span", name(target(each.predicted), 60), sure, class_="said"),
            element("br"),
            "actual ",
            name(target(each.actual), 60),
            _named(each),
        ]
    )


def _named(each: TopLoss) -> Html:
    return element("small", name(_short(each.name), 80))


def _as_table(result: Interpretation, worst: Sequence[TopLoss]) -> Html:
    given = [_given(result, each) for each in worst]
    columns: list[Column | str] = [
        Column("item", wide=True),
        *([Column("input", wide=True)] if any(given) else []),
        "predicted",
        "actual",
        Column("probability", numbers=True),
        Column("loss", numbers=True),
    ]
    rows = [
        [name(each.name, 300), *([name(text, 300)] if any(given) else []), *_numbers(each)]
        for each, text in zip(worst, given, strict=True)
    ]
    return table("The items and what was said of them", columns, rows)


def _numbers(each: TopLoss) -> list[object]:
    sure = None if each.probability is None else percent(each.probability)
    return [name(target(each.predicted)), name(target(each.actual)), sure, f"{each.loss:.3f}"]


def _given(result: Interpretation, each: TopLoss) -> str:
    """A row's values; of anything else the name says what it is."""
    value = None if result.samples is None else result.samples[each.place].input
    return ", ".join(f"{key} {target(cell)}" for key, cell in value.items()) if isinstance(value, Mapping) else ""


def _short(path: str) -> str:
    """The last part of a path, in either way of writing one."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
