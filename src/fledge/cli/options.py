"""Options that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Any], Any]


def having(options: Sequence[Option]) -> Callable[[Command], Command]:
    """Gives a command these options, which its help lists in their order."""

    def give(command: Command) -> Command:
        return reduce(lambda given, option: option(given), reversed(options), command)

    return give
