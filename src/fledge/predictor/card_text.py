"""A model's card as people read it on the web: a page of Markdown below a few facts in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fledge.predictor.card import Card

_MOST_NAMES = 50
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def front_matter(facts: Mapping[str, Any]) -> str:
    """Facts as the YAML at the head of a page; each value is written as JSON, which YAML reads too. What is empty is left out.

    >>> print(front_matter({"title": "birds: mine", "tags": ["a"], "license": ""}), end="")
    ---
    title: "birds: mine"
    tags: ["a"]
    ---
    """
    lines = [f"{key}: {json.dumps(_readable(value), ensure_ascii=False)}\n" for key, value in facts.items() if value]
    return f"---\n{''.join(lines)}---\n"


def about(card: Card, title: str, names: Sequence[str]) -> str:
    """What is known of a model, as Markdown: what it does, how good it is, from what it was made."""
    known = {
        "tells apart": _few(names) if len(names) > 1 else "",
        "learned from": f"{card.trained_on:,} examples" if card.trained_on else "",
        "held back": f"{card.held_back:,} examples" if card.held_back else "",
        "made": card.created,
        "seed": "" if card.seed is None else str(card.seed),
        "licence": card.licence,
        "with": ", ".join(" ".join(each) for each in card.versions.items()),
    }
    rows = [(name, str(figure)) for name, figure in card.figures.items()] + [each for each in known.items() if each[1]]
    table = "".join(f"| {plain(name)} | {plain(value)} |\n" for name, value in rows)
    remarks = "".join(f"\n- {plain(each)}" for each in card.remarks)
    return f"Kind of model: {plain(title)}, made with fledge.\n\n| | |\n| --- | --- |\n{table}{remarks and remarks + chr(10)}"


def plain(text: str) -> str:
    """A text in which no character means anything to Markdown or HTML.

    >>> print(plain("<b>a_b</b>"))
    \\<b\\>a\\_b\\</b\\>
    """
    return _MARKS.sub(r"\\\1", _readable(text))


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}"


def _readable(value: Any) -> Any:
    """Text on one line, without what can't be seen."""
    if not isinstance(value, str):
        return value
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())
