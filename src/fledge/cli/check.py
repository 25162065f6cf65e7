"""`fledge check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from fledge.cli.about_rows import about_rows
from fledge.cli.about_tracks import about_tracks
from fledge.cli.counter import Counter
from fledge.cli.terminal import note, out, safe, strong, warning, wrapped


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--target", "-t", multiple=True, metavar="COLUMN", help="The column of a table that is the label; may be repeated."
)
@click.option("--valid", default=0.2, show_default=True, help="The share to be held back where the data are not divided.")
@click.option("--codes", type=click.Path(path_type=Path), metavar="FILE", help="A text file that names the classes of masks.")
@about_rows
@about_tracks
@click.option("--seed", type=int, help="Decides what is held back.  [default: 42]")
@click.option(
    "--sheet", type=click.Path(path_type=Path), metavar="FILE", help="Draw some pictures of each label into a PNG file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def check(
    data: Path,
    target: tuple[str, ...],
    valid: float,
    seed: int | None,
    sheet: Path | None,
    codes: Path | None,
    track: str | None,
    columns: tuple[str, ...],
    owner: str | None,
    as_json: bool,
    **rows: Any,
) -> int:
    """Look at DATA (a folder or a table) before training.

    Says what was found and which task that makes, and why; what can't be read; what is there twice, above all on both sides
    of the split; and what is odd about the labels. Ends with exit status 3 where training would not start.

    \b
    Examples:
      fledge check photos
      fledge check photos --sheet photos.png
      fledge check labels.csv --target species
      fledge check camvid --codes codes.txt
      fledge check houses.csv --target price --ignore address
      fledge check ratings.csv --user who --item film
      fledge check sessions.csv --track session --owner ann
    """
    from fledge.jobs.check import check as look
    from fledge.jobs.row_options import RowOptions
    from fledge.jobs.track_options import TrackOptions

    said, tracks = RowOptions(**rows), TrackOptions(track, columns, owner)
    with Counter("looking at") as counter:
        found = look(data, target=target, valid=valid, seed=seed, rows=said, tracks=tracks, codes=codes, progress=counter)
    if sheet is not None:
        from fledge.jobs.check_sheet import draw_sheet

        draw_sheet(found, sheet)
    if as_json:
        out(found.to_json())
    else:
        for word, line in found.lines():
            lead = warning if word == "Error" else strong
            out(f"{lead(word.ljust(8))}{wrapped(f'{word:8}{safe(line)}', sys.stdout)[8:]}")
    if sheet is not None:
        note(f"Sheet   {safe(sheet)}")
    return 3 if found.errors else 0
