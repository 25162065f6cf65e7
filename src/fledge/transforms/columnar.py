"""Sequences that stand in columns; needs neither polars nor torch."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


class Columnar(Sequence[Any]):
    """A sequence whose items are made when they are asked for, many being picked at once; they have no names."""

    @abstractmethod
    def take(self, places: Sequence[int] | NDArray[np.int64]) -> Self:
        """Those at these places, in this order."""


class LabelColumn(Columnar):
    """Labels, or numbers to tell, that stand in columns: what is asked of all of them is asked of the columns."""

    @property
    @abstractmethod
    def measured(self) -> bool:
        """Whether these are numbers that something was measured by, rather than names of classes."""

    @property
    @abstractmethod
    def missing(self) -> NDArray[np.bool_]:
        """Where there is none."""

    @abstractmethod
    def count_distinct(self) -> int:
        """How many different ones there are; to have none counts as one."""

    @abstractmethod
    def distinct(self) -> list[Any]:
        """Every label once, in the order in which they first come up."""

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """How often each label comes up, by its text."""

    @abstractmethod
    def numbered(self) -> NDArray[np.int64]:
        """Each label as the number of its class, in the order in which they first come up; to have none counts as one."""

    @abstractmethod
    def digests(self) -> NDArray[np.uint64]:
        """For each label a number that another label all but never has: the same on every machine."""


class ManyRows(Columnar):
    """The rows of a table."""

    @abstractmethod
    def column(self, name: str) -> LabelColumn:
        """What stands in one column, or an error that names those there are."""
