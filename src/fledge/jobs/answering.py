"""A trained model called on any number of inputs, some of which may not be readable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, final

from fledge.core.errors import UnreadableItem
from fledge.data.parallel import ordered, usual_workers
from fledge.tasks.answer import Answer

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

_AHEAD = 8
"""How many batches of inputs are named, and wait to be read, at a time."""


@final
@dataclass(frozen=True)
class Answered:
    """An input with its answer, or the reason why it has none."""

    input: str
    answer: Answer | None
    reason: str = ""
    row: Mapping[str, Any] | None = None
    """The row of a table that was the input."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        return {"input": self.input, **({"error": self.reason} if self.answer is None else self.answer.as_dict())}


def answered(predictor: AnyPredictor, inputs: Iterable[Any], bs: int = 32) -> Iterator[Answered]:
    """Each input's answer, in order and in bounded memory; what can't be read is given back with the reason.

    Inputs are names of files, or whatever else the model takes, known by its text.
    Where all can be read, the answers are bit for bit those of `predictor.stream`.
    """
    waiting: list[tuple[str, Any, str]] = []
    for each in _encoded(predictor, iter(inputs), bs):
        waiting.append(each)
        if sum(not reason for _, _, reason in waiting) == bs or len(waiting) == _AHEAD * bs:
            yield from _answers(predictor, waiting)
            waiting = []
    yield from _answers(predictor, waiting)


def answered_in_tiles(predictor: AnyPredictor, inputs: Iterable[str], tiles: bool | tuple[int, int]) -> Iterator[Answered]:
    """Each large picture's answer, looked at piece by piece; pieces of so many pixels, or as large as in training."""
    for given in inputs:
        try:
            yield Answered(given, predictor(given, tiles=tiles))
        except UnreadableItem as error:
            yield Answered(given, None, error.message)


def _encoded(predictor: AnyPredictor, inputs: Iterator[Any], bs: int) -> Iterator[tuple[str, Any, str]]:
    """Each input, what it is encoded, and why it is not."""

    def read(given: Any) -> tuple[str, Any, str]:
        try:
            return str(given), predictor.read(given), ""
        except UnreadableItem as error:
            return str(given), None, error.message

    while block := list(islice(inputs, _AHEAD * bs)):
        yield from ordered(read, block, usual_workers(), ahead=2 * bs)


def _answers(predictor: AnyPredictor, waiting: list[tuple[str, Any, str]]) -> Iterator[Answered]:
    good = [encoded for _, encoded, reason in waiting if not reason]
    answers = iter(predictor.answers(good) if good else ())
    for given, _, reason in waiting:
        yield Answered(given, None if reason else next(answers), reason)
