"""What `check` and `train` may both be told about movements."""

from __future__ import annotations

import click

from fledge.cli.options import having

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

about_tracks = having(_OPTIONS)
"""Gives a command these options; they come to it under the names of `TrackOptions`."""
