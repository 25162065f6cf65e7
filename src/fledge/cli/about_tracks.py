"""What `check` and `train` may both be told about movements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--track", metavar="COLUMN", help="Of movements in one table: the column that tells them apart."),
    click.option(
        "--column",
        "columns",
        multiple=True,
        metavar="WHAT=NAME",
        help="Of movements: the column for time, x, y, button or state, such as x=posX; may be repeated.  [default: found]",
    ),
    click.option("--owner", metavar="LABEL", help="Of movements: tell whether one is this person's, and not whose."),
)


def about_tracks(command: Command) -> Command:
    """Gives a command these options, in their order; they come to it under the names of `TrackOptions`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
