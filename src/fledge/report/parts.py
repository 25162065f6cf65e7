"""The parts a page is put together from: sections, tables, figures with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

from fledge.report.html import Html, element

MOST_ROWS = 500
"""A longer table is cut, and says so."""


@final
@dataclass(frozen=True)
class Section:
    """A part of the page that the list at its top leads to."""

    anchor: str
    title: str
    body: Html

    def drawn(self) -> Html:
        """The section as markup."""
        return element("section", element("h2", self.title), self.body, id=self.anchor)


@final
@dataclass(frozen=True)
class Column:
    """A column's heading, and whether numbers stand in it, or sentences."""

    title: str
    numbers: bool = False
    wide: bool = False


def table(
    caption: str, columns: Sequence[Column | str], rows: Iterable[Sequence[object]], *, chosen: Sequence[int] = ()
) -> Html:
    """A table that scrolls in a box of its own; the first cell names its row, `chosen` rows stand out."""
    heads = [each if isinstance(each, Column) else Column(each) for each in columns]
    every = list(rows)
    body = [
        element("tr", [_cell(cell, head, first=not place) for place, (cell, head) in enumerate(zip(row, heads, strict=True))],
                class_="chosen" if number in chosen else None)
        for number, row in enumerate(every[:MOST_ROWS])
    ]  # fmt: skip
    whole = element(
        "table",
        element("thead", element("tr", [element("th", each.title, scope="col", class_=_class(each)) for each in heads])),
        element("tbody", body),
    )
    box = element("div", whole, class_="scroll", role="region", aria_label=caption, tabindex=0)
    left_out = len(every) - MOST_ROWS
    return Html(box + element("p", f"{left_out:,} more rows are left out here.", class_="note")) if left_out > 0 else box


def figure(title: str, drawing: Html, numbers: Html, note: str = "") -> Html:
    """A drawing under its title, with what is read from it, and all of it as a table."""
    caption = element("figcaption", title, element("small", " · ", note) if note else None)
    return element("figure", caption, drawing, folded("The numbers", numbers))


def folded(title: str, *children: object) -> Html:
    """What only some want to see."""
    return element("details", element("summary", title), children)


def side_by_side(drawing: Html, *words: object) -> Html:
    """A drawing with words beside it, or below where there is no room."""
    return element("div", drawing, element("div", words), class_="beside")


def note(*children: object) -> Html:
    """A remark beside the matter."""
    return element("p", children, class_="note")


def pairs(facts: Iterable[tuple[str, object]], style: str) -> Html:
    """Names with their values; those without one are left out."""
    return element(
        "dl", [element("div", element("dt", key), element("dd", value)) for key, value in facts if value], class_=style
    )


def _cell(cell: object, head: Column, *, first: bool) -> Html:
    return element("th", cell, scope="row") if first else element("td", cell, class_=_class(head))


def _class(head: Column) -> str | None:
    return "n" if head.numbers else "wide" if head.wide else None
