"""Calling a trained function on one input, on many, or on a frame: the same with torch and without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

from fledge.core.errors import UsageError
from fledge.data.parallel import ordered, usual_workers
from fledge.tasks.answer import Answer

_FEW = 4
_ROWS = 4096


class Called(Protocol):
    """What reads inputs and answers them in batches."""

    @property
    def input(self) -> Any:
        """What reads an input: it knows its `warnings`, and whether a list of things, or a frame, `is_one`."""

    def read(self, given: Any) -> Any:
        """One input as `answers` takes it."""

    def answers(self, read: Sequence[Any], first: int = 0) -> list[Answer]:
        """The answers to inputs that are read; `first` is the number errors count from."""

    def answers_to_rows(self, rows: Any, first: int = 0) -> list[Answer]:
        """The answers to the rows of a frame."""


def one_or_many(called: Called, given: Any) -> Any:
    """The answer to one input, or the answers to each of several, or to a frame's rows as a frame."""
    if is_frame(given) and not called.input.is_one(given):
        return _of_frame(called, given)
    if is_many(given) and not called.input.is_one(given):
        return list(stream(called, given))
    return called.answers([called.read(given)])[0].with_warnings(called.input.warnings(given))


def stream(called: Called, items: Iterable[Any], bs: int = 32) -> Iterator[Answer]:
    """The answers to any number of inputs, one after the other, in bounded memory; inputs are read in a few threads."""
    if bs < 1:
        raise UsageError(f"bs={bs}: a batch holds at least one input")
    pairs, first = _read(called, iter(items), bs), 0
    while batch := list(islice(pairs, bs)):
        answers = called.answers([read for _, read in batch], first)
        for answer, (item, _) in zip(answers, batch, strict=True):
            yield answer.with_warnings(called.input.warnings(item))
        first += len(batch)


def _read(called: Called, items: Iterator[Any], bs: int) -> Iterator[tuple[Any, Any]]:
    """Each input beside what it was read as."""
    while block := list(islice(items, 8 * bs)):
        workers = usual_workers() if len(block) >= _FEW else 0
        yield from zip(block, ordered(called.read, block, workers, ahead=2 * bs), strict=True)


def of_rows(called: Called, rows: Any) -> Iterator[Answer]:
    """The answers to the rows of a plain frame, encoded column by column."""
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        said = called.answers_to_rows(some, start)
        yield from (answer.with_warnings(called.input.warnings(row)) for answer, row in zip(said, some, strict=True))


def _of_frame(called: Called, given: Any) -> Any:
    """The answers to a frame's rows, as a frame of the same kind and order."""
    from fledge.data.frames import answers_like  # polars is there already, or worth its time
    from fledge.transforms.row_frame import Rows, as_frame

    return answers_like(given, list(of_rows(called, Rows(as_frame(given)))))


def is_frame(given: Any) -> bool:
    """Whether this is a table in memory, told without loading what makes tables."""
    return type(given).__module__.partition(".")[0] in ("polars", "pandas", "pyarrow")


def is_many(given: Any) -> bool:
    """Whether several inputs were given: a list, a tuple or a generator. An array, a text or an open file is one.

    >>> is_many(["a.jpg"]), is_many("a.jpg"), is_many(str(n) for n in range(3))
    (True, False, True)
    """
    return isinstance(given, list | tuple) or (isinstance(given, Iterator) and not hasattr(given, "read"))
