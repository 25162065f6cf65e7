"""Answers to a frame as a frame of the same kind, in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import polars as pl

from fledge.transforms.row_frame import Rows, is_pandas


class Told(Protocol):
    """What an answer has: its parts in plain values."""

    def as_dict(self) -> dict[str, Any]: ...


def answers_like(given: Any, answers: Sequence[Told]) -> Any:
    """A frame of answers, a row for each of the given frame's and of its kind: polars, pandas (with its index) or Arrow.

    Several numbers or probabilities become a column each; warnings stand in a column of their own if there are any.
    """
    table = [flat(answer.as_dict()) for answer in answers]
    names = dict.fromkeys(name for row in table for name in row)
    columns = {name: [row.get(name) for row in table] for name in names}
    if is_pandas(given):
        import pandas as pd  # it is there, for the frame that was given is one of its own

        return pd.DataFrame(columns, index=given.index)
    frame = pl.DataFrame(columns, strict=False)
    return frame if isinstance(given, pl.DataFrame | pl.LazyFrame | Rows) else frame.to_arrow()


def flat(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer's parts side by side.

    >>> flat({"answer": "cat", "probabilities": {"cat": 0.75, "dog": 0.25}, "warnings": ["a", "b"]})
    {'answer': 'cat', 'probability of cat': 0.75, 'probability of dog': 0.25, 'warnings': 'a; b'}
    """
    found: dict[str, Any] = {}
    for name, value in answer.items():
        if name == "probabilities":
            found |= {f"probability of {label}": share for label, share in value.items()}
        elif isinstance(value, dict):
            found |= value
        else:
            found[name] = "; ".join(value) if isinstance(value, list) else value
    return found
