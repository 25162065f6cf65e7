"""`fledge train`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

import click
from click.core import ParameterSource

from fledge.cli.about_rows import about_rows
from fledge.cli.about_tracks import about_tracks
from fledge.cli.completing import among, devices, precisions, tasks
from fledge.cli.terminal import note, out, safe, strong, wrapped

if TYPE_CHECKING:
    from fledge.jobs.trained import Trained

_LEAD = re.compile(r"[A-Z][a-z]+ +(?=\S)")
_WITH_RESUME = ("run", "as_json", "quiet")
_ORIGINS = {
    ParameterSource.COMMANDLINE: "flag",
    ParameterSource.ENVIRONMENT: "variable",
    ParameterSource.DEFAULT_MAP: "fledge.toml",
}


@click.command()
@click.argument("data", required=False, type=click.Path(path_type=Path))
@click.option(
    "--task",
    metavar="NAME",
    shell_complete=among(tasks),
    help="What is to be learned, if not what the data look like: image-tags, ...",
)
@click.option(
    "--target", "-t", multiple=True, metavar="COLUMN", help="The column of a table that is the label; may be repeated."
)
@click.option("--model", metavar="NET", help='Train this network and keep it: "small", or a name that timm knows.')
@click.option("--weights", type=click.Path(path_type=Path), metavar="FILE", help="Pretrained weights, a safetensors file.")
@click.option("--pretrained/--no-pretrained", default=True, help="Begin with pretrained weights.  [default: where useful]")
@click.option(
    "--folds/--no-folds",
    default=None,
    help="Hold back every row of a table once, in folds that learn without it.  [default: below 2,000 rows]",
)
@click.option("--valid", default=0.2, show_default=True, help="The share to hold back where the data are not divided.")
@click.option("--test", type=click.Path(path_type=Path), metavar="DATA", help="Data kept apart and used once, for a last test.")
@click.option("--codes", type=click.Path(path_type=Path), metavar="FILE", help="A text file that names the classes of masks.")
@click.option("--seed", default=42, show_default=True, help="Decides what is held back, and all that is random.")
@click.option("--epochs", type=click.IntRange(1), help="Times through the data, for each network.  [default: chosen]")
@click.option("--time", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="How long all of it may take.")
@click.option("--size", type=click.IntRange(8, 1024), help="Pixels a side.  [default: chosen]")
@click.option("--bs", type=click.IntRange(1), help="How many examples a batch holds.  [default: chosen]")
@click.option("--lr", type=click.FloatRange(0, min_open=True), help="The learning rate.  [default: chosen]")
@click.option("--device", default="auto", show_default=True, shell_complete=among(devices), help="cpu, cuda, mps.")
@click.option(
    "--precision", default="auto", show_default=True, shell_complete=among(precisions), help="float32, bfloat16, float16."
)
@about_rows
@about_tracks
@click.option("--skip-bad", is_flag=True, help="Go on even if many files can't be read.")
@click.option("--name", help="What the run's folder is called.  [default: as DATA]")
@click.option(
    "--out", "folder", default="runs", show_default=True, type=click.Path(path_type=Path), help="Where the folder is made."
)
@click.option(
    "--resume", "run", type=click.Path(path_type=Path), metavar="RUN", help="Go on with a run that was stopped, as it was."
)
@click.option(
    "--from",
    "earlier",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Take the settings of this run where none are given.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be tried, and stop.")
@click.option("--quiet", "-q", is_flag=True, help="Print the run's folder alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout in the end.")
@click.pass_context
def train(context: click.Context, /, data: Path | None, run: Path | None, quiet: bool, as_json: bool, **given: Any) -> None:
    """Learn from DATA (a folder or a table): look, try simple things and then networks, keep the one to use.

    Everything goes to a new folder in runs: the model, a report, the results. What is not set here is chosen by looking at
    the data, and said. The model that is kept is the simplest that no other beats by more than chance.

    \b
    Examples:
      fledge train photos --dry-run
      fledge train photos --time 60
      fledge train labels.csv --target species --epochs 2
      fledge train houses.csv --target price --ignore address
      fledge train ratings.csv --user who --item film --rating stars
      fledge train sessions.csv --owner ann
      fledge train photos --model small --epochs 2 --json
      fledge train --from runs/photos --seed 7 --epochs 1

    Options are also taken from variables such as FLEDGE_TRAIN_SEED, and from the table [train] of fledge.toml in the current
    folder; a flag counts more than a variable, a variable more than the file.
    """
    began = monotonic()  # before torch is loaded, which takes a while
    say, stream = (note, sys.stderr) if as_json else (out, sys.stdout)
    if data is not None and not quiet:
        say(safe(f"Looking at {data}"))  # before torch is loaded, so that nobody wonders whether anything happens

    from fledge.jobs.run_folder import RunFolder
    from fledge.jobs.train import dry_run, resume
    from fledge.jobs.train import train as learn

    telling: dict[str, Any] = {"quiet": quiet, "say": lambda line: say(_led(line, stream))}
    if run is not None:
        _alone(context)
        return _told(resume(run, **telling), quiet=quiet, as_json=as_json)
    name, folder, only_say, earlier = (given.pop(each) for each in ("name", "folder", "dry_run", "earlier"))
    origins = {each: _ORIGINS[where] for each in given if (where := context.get_parameter_source(each)) in _ORIGINS}
    _rename(given, origins)
    if earlier is not None:
        before = RunFolder.existing(earlier).choices()
        data = data or Path(before.pop("source"))
        taken = {each: value for each, value in before.items() if each not in origins}
        given |= taken
        origins |= dict.fromkeys(taken, f"as in {earlier}")
    if data is None:
        raise click.UsageError("Missing argument 'DATA'.", context)
    if only_say:
        plan = dry_run(data, **telling, **given)
        return out(json.dumps(plan.as_dict(), ensure_ascii=False, allow_nan=False)) if as_json else None
    trained = learn(data, name=name, out=folder, origins=origins, began=began, **telling, **given)
    return _told(trained, quiet=quiet, as_json=as_json)


def _rename(given: dict[str, Any], origins: dict[str, str]) -> None:
    """The one option that has another name as a setting."""
    given["on_bad"] = "skip" if given.pop("skip_bad") else "auto"
    if "skip_bad" in origins:
        origins["on_bad"] = origins.pop("skip_bad")


def _told(trained: Trained, *, quiet: bool, as_json: bool) -> None:
    if as_json:
        out(json.dumps(trained.as_dict(), ensure_ascii=False, allow_nan=False))
    elif quiet:
        out(safe(trained.folder))


def _alone(context: click.Context) -> None:
    """A run goes on with the settings it has: others can't be given."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in _WITH_RESUME and context.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            raise click.UsageError("--resume goes on with the settings of the run, and takes no others.", context)


def _led(line: str, stream: TextIO) -> str:
    """A line as it fits, whose first word, where it stands in a column of its own, is set off."""
    lead, fitting = _LEAD.match(line), wrapped(safe(line), stream)
    return f"{strong(lead[0])}{fitting[8:]}" if lead and lead.end() == 8 else fitting
