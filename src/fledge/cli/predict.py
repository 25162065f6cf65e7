"""`fledge predict`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fledge.cli.completing import among, devices
from fledge.cli.counter import Counter
from fledge.cli.model import model_file
from fledge.cli.terminal import note, out, safe

if TYPE_CHECKING:
    from fledge.jobs.answering import Answered
    from fledge.predictor.loading import AnyPredictor

_UNREADABLE = 3


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--csv", "table", type=click.Path(path_type=Path), metavar="FILE", help="Write a table to FILE instead.")
@click.option(
    "--masks", type=click.Path(path_type=Path), metavar="DIR", help="Write each picture's mask to DIR, as a PNG of its size."
)
@click.option(
    "--tiles",
    metavar="SIZE",
    callback=lambda _, __, said: _tiles(said),
    help="Look at large pictures piece by piece, for their masks: auto, or HEIGHTxWIDTH such as 256x384.",
)
@click.option("--column", metavar="NAME", help="The column of a table that names the files.  [default: found]")
@click.option("--track", metavar="NAME", help="Of movements in one table: the column that tells them apart.")
@click.option("--user", metavar="ID", help="Of a recommender: recommend something to this person.")
@click.option("--liked", multiple=True, metavar="TITLE", help="Recommend something to who liked this; may be repeated.")
@click.option("--similar", metavar="TITLE", help="Of a recommender: the things most like this one.")
@click.option("-n", "count", default=10, show_default=True, type=click.IntRange(1), help="How many things are recommended.")
@click.option("--bs", default=32, show_default=True, type=click.IntRange(1), help="How many inputs the model is given at once.")
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    shell_complete=among(devices),
    help="Where the model runs: cpu, cuda, mps or auto.",
)
def predict(
    model: Path,
    inputs: tuple[str, ...],
    as_json: bool,
    table: Path | None,
    masks: Path | None,
    tiles: bool | tuple[int, int],
    column: str | None,
    track: str | None,
    user: str | None,
    liked: tuple[str, ...],
    similar: str | None,
    count: int,
    bs: int,
    device: str,
) -> int:
    """Call MODEL (a file or the folder of a run) on each of INPUTS and print the answers.

    INPUTS are files, folders, patterns, tables that name files, or - for a list of names on stdin. What can't be read is
    named, everything else is answered, and the exit status is then 3. A model for rows takes tables, or - for a CSV on stdin;
    --csv writes them again with the answers beside.

    \b
    Examples:
      fledge predict bird.safetensors robin.jpg
      fledge predict runs/birds photos --csv answers.csv
      fledge predict runs/street photos --masks masks --tiles auto
      fledge predict runs/houses houses.csv --csv answers.csv
      fledge predict runs/sessions new.csv --track session
      find . -name "*.jpg" | fledge predict runs/birds - --json
      fledge predict runs/films --user 5 -n 3
      fledge predict runs/films --liked "Alien" --liked "Heat"
    """
    if user is not None or liked or similar is not None:
        return _recommended(model, inputs, user, liked, similar, count, as_json=as_json, device=device)
    if not inputs:
        raise click.UsageError("Missing argument 'INPUTS...'.")
    from fledge.core.allocator import keep_freed_memory
    from fledge.predictor.loading import load

    keep_freed_memory()
    predictor = load(model_file(model), device=device)
    with Counter("answered") as counter:
        said = _Said(counter)
        answers = said.each(_answers(predictor, inputs, column, track, bs, tiles))
        if masks is not None:
            from fledge.jobs.answer_masks import check_masks, with_masks

            check_masks(predictor)
            answers = with_masks(answers, masks)
        if table is not None:
            from fledge.jobs.answer_table import write_answers

            write_answers(table, answers)
        else:
            for each in answers:
                _show(each, as_json)
    if said.unreadable:
        note(f"fledge: {said.unreadable} of {said.count} inputs can't be read")
    return _UNREADABLE if said.unreadable else 0


def _answers(
    predictor: AnyPredictor,
    inputs: tuple[str, ...],
    column: str | None,
    track: str | None,
    bs: int,
    tiles: bool | tuple[int, int],
) -> Iterator[Answered]:
    """Of rows from tables, of files, or of the movements in tables."""
    from fledge.jobs.input_kind import input_kind, takes_rows

    if track is not None:
        from fledge.jobs.track_answers import track_answers

        return track_answers(predictor, inputs, track, bs)
    if takes_rows(predictor):
        from fledge.jobs.row_answers import row_answers

        return row_answers(predictor, inputs, sys.stdin)
    from fledge.jobs.answering import answered, answered_in_tiles
    from fledge.jobs.inputs import named_inputs

    named = named_inputs(inputs, input_kind(predictor), sys.stdin, column)
    return answered_in_tiles(predictor, named, tiles) if tiles else answered(predictor, named, bs)


def _tiles(said: str | None) -> bool | tuple[int, int]:
    """How large pieces are: as in training, or so many pixels high and wide; False where none are asked for."""
    if said is None or said == "auto":
        return said is not None
    sides = said.lower().split("x")
    if len(sides) != 2 or not all(side.isdigit() for side in sides):
        raise click.BadParameter(f"{said!r} is no size of tiles: auto, or HEIGHTxWIDTH such as 256x384")
    return int(sides[0]), int(sides[1])


def _recommended(
    model: Path,
    inputs: tuple[str, ...],
    user: str | None,
    liked: tuple[str, ...],
    similar: str | None,
    count: int,
    *,
    as_json: bool,
    device: str,
) -> int:
    """What a recommender puts first, a line for each thing; warnings go to stderr."""
    if inputs or sum([user is not None, bool(liked), similar is not None]) > 1:
        raise click.UsageError("--user, --liked and --similar are asked alone, without other inputs.")
    from fledge.predictor.loading import load

    predictor = load(model_file(model), device=device)
    found = predictor.similar(similar, count) if similar is not None else predictor.recommend(user, count, liked=liked)
    for warning in found.warnings:
        note(f"fledge: {safe(warning)}")
    if as_json:
        out(found.to_json())
    else:
        for line in found.lines():
            out(safe(line))
    return 0


class _Said:
    """Counts answers on their way, and names on stderr what has none."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.count, self.unreadable = counter, 0, 0

    def each(self, answers: Iterator[Answered]) -> Iterator[Answered]:
        for each in answers:
            self.count += 1
            if each.answer is None:
                self.unreadable += 1
                self.counter.clear()
                note(f"fledge: {safe(each.reason)}")
            yield each
            self.counter(self.count)


def _show(each: Answered, as_json: bool) -> None:
    if as_json:
        out(json.dumps(each.as_dict(), ensure_ascii=False, allow_nan=False))
    elif each.answer is not None:
        out(f"{safe(each.input)}\t{safe(each.answer)}")
