"""Answers of recommenders: things in an order, by what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, final

from fledge.tasks.answer import Answer


@final
@dataclass(frozen=True)
class Suggestion:
    """One thing: its id, what it is called, and its score, the higher the better.

    >>> print(Suggestion("79132", "Inception (2010)", 4.31))
    Inception (2010)
    """

    item: str
    title: str
    score: float
    because: str | None = None
    """What of the things that were liked is most like it, where the model knows likeness."""

    def __str__(self) -> str:
        return self.title


@final
@dataclass(frozen=True)
class Suggestions(Answer):
    """Things in an order, the best first.

    >>> found = Suggestions((Suggestion("50", "Alien", 4.5), Suggestion("7", "Aliens", 4.25)))
    >>> print(found)
    Alien, Aliens
    >>> print(found.to_json())
    {"answer": ["Alien", "Aliens"], "items": ["50", "7"], "scores": [4.5, 4.25]}
    """

    things: tuple[Suggestion, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.things)) or "nothing is left"

    def __len__(self) -> int:
        return len(self.things)

    def __iter__(self) -> Iterator[Suggestion]:
        return iter(self.things)

    def __getitem__(self, place: int) -> Suggestion:
        return self.things[place]

    def lines(self) -> list[str]:
        """A line for each, with its place and score."""
        return [f"{place:>3}  {each.title}  ({each.score:.4g})" for place, each in enumerate(self.things, 1)]

    def _parts(self) -> dict[str, Any]:
        return {
            "answer": [each.title for each in self.things],
            "items": [each.item for each in self.things],
            "scores": [round(each.score, 6) for each in self.things],
            **({"because": [each.because for each in self.things]} if any(each.because for each in self.things) else {}),
        }

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(each.title)} <small>{each.score:.4g}</small></li>" for each in self.things)
        notes = "".join(f"<p>{escape(warning)}</p>" for warning in self.warnings)
        return f"<div><ol>{rows}</ol>{notes}</div>"
