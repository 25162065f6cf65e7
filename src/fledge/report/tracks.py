"""Movements on the page: as they were made, beside what the network sees of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import FledgeError
from fledge.insight.interpretation import Interpretation
from fledge.report.html import Html, element, joined, name, number
from fledge.report.parts import Section, note
from fledge.report.thumbs import thumbnail
from fledge.transforms.track import Track
from fledge.transforms.track_states import PRESS

_SIDE = 176
_MARGIN = 6
_MOST_POINTS, _MOST_CLICKS = 800, 100
"""Of a longer movement only so many places are drawn, spread over it."""
_MOST_SHOWN = 8

_WORDS = (
    "Left: the whole movement. Right: its pieces (up to nine of them) as a network sees them, each as large as it fits in: "
    "blue is slow and red is fast, a grey disc is a pause, a circle is a click."
)


def sections(result: Interpretation) -> list[Section]:
    """What the network sees of some of the held-back movements, one of each class; nothing if they are no movements."""
    targets = result.predictions.targets
    if not isinstance(result.codec.input, Track) or result.samples is None or targets is None:
        return []
    first = {int(target): row for row, target in reversed(list(enumerate(targets.tolist())))}
    places = [(target, result.predictions.place(row)) for target, row in sorted(first.items())][:_MOST_SHOWN]
    shown = [(result.codec.target.decode(target), raw_track(result, place), _seen(result, place)) for target, place in places]
    items = [
        element("li", element("div", raw, seen, class_="pair"), element("span", name(label, 60)))
        for label, raw, seen in shown
        if raw is not None
    ]
    if not items:
        return []
    return [
        Section("seen", "How the movements are drawn", joined([note(_WORDS), element("ol", items, class_="gallery pairs")]))
    ]


def raw_track(result: Interpretation, place: int) -> Html | None:
    """An item's way as a line with a circle for each press; None for what is no movement or can't be read."""
    side = result.codec.input
    if result.samples is None or not isinstance(side, Track):
        return None
    try:
        events = side.front(result.samples[place].input)
    except FledgeError:  # moved or changed since it was looked at: the page says so in words
        return None
    return _line(events)


def _seen(result: Interpretation, place: int) -> Html | None:
    picture = thumbnail(result, place)
    if picture is None:
        return None
    address, width, height = picture
    return element("img", src=address, width=width, height=height, alt="as a network sees it", class_="picture")


def _line(events: Tensor) -> Html:
    places = events[:, :2].double().numpy()
    low, high = places.min(0), places.max(0)
    span = float((high - low).max()) or 1.0
    drawn = (places - (low + high) / 2) * ((_SIDE - 2 * _MARGIN) / span) + _SIDE / 2
    some = drawn[_spread(len(drawn), _MOST_POINTS)]
    way = " ".join(f"{number(x)},{number(y)}" for x, y in some.tolist())
    pressed = drawn[(events[:, 3] == PRESS).numpy()]
    circles = [
        element("circle", cx=float(x), cy=float(y), r=3.0) for x, y in pressed[_spread(len(pressed), _MOST_CLICKS)].tolist()
    ]
    return element(
        "svg",
        element("title", f"{len(events):,} events, {len(pressed):,} presses"),
        element("polyline", points=way),
        circles,
        role="img",
        viewBox=f"0 0 {_SIDE} {_SIDE}",
        width=_SIDE,
        height=_SIDE,
        class_="track",
    )


def _spread(count: int, most: int) -> NDArray[np.int64]:
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)
