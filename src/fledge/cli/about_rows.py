"""What `check` and `train` may both be told about the rows of a table."""

from __future__ import annotations

import click

from fledge.cli.options import having

_OPTIONS = (
    click.option(
        "--part", metavar="COLUMN", help="The column of a table that says which part a row is in: train, valid, test."
    ),
    click.option("--group", metavar="COLUMN", help="Rows of a table with the same value here are never on both sides."),
    click.option(
        "--latest", metavar="COLUMN", help="Hold back the rows of a table with the latest dates or largest numbers here."
    ),
    click.option("--category", multiple=True, metavar="COLUMN", help="A column of a table that holds names; may be repeated."),
    click.option("--number", multiple=True, metavar="COLUMN", help="A column of a table that holds numbers; may be repeated."),
    click.option("--ignore", multiple=True, metavar="COLUMN", help="A column of a table to leave out; may be repeated."),
    click.option("--user", metavar="COLUMN", help="Of ratings: the column that says who.  [default: found]"),
    click.option("--item", metavar="COLUMN", help="Of ratings: the column that says what.  [default: found]"),
    click.option("--rating", metavar="COLUMN", help="Of ratings: the column that says how much.  [default: found]"),
    click.option("--items", type=click.Path(), metavar="FILE", help="Of ratings: what things are called.  [default: found]"),
    click.option("--last", type=click.IntRange(1), metavar="N", help="Of ratings: hold back the last N of everybody."),
)

about_rows = having(_OPTIONS)
"""Gives a command these options; they come to it under the names of `RowOptions`."""
