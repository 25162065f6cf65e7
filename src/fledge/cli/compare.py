"""`fledge compare`."""

from __future__ import annotations

from pathlib import Path

import click

from fledge.cli.terminal import out, safe


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def compare(runs: tuple[Path, ...], as_json: bool) -> None:
    """Say in which settings RUNS (folders of trainings) differ, how good each is, and how much better than the first.

    The comparison is made on the same held-back items; where these differ, it is left out.

    \b
    Examples:
      fledge compare runs/birds runs/birds-2
      fledge compare runs/birds runs/birds-2 --json
    """
    from fledge.jobs.compare import compare as compared

    found = compared(runs)
    if as_json:
        out(found.to_json())
    else:
        for line in found.lines():
            out(safe(line))
