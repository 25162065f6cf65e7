"""`fledge report`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fledge.cli.terminal import out, safe, wrapped


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--open", "show", is_flag=True, help="Open the report in the browser.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def report(run: Path, show: bool, as_json: bool) -> None:
    """Say again what came of RUN (the folder of a training), and where its report lies.

    \b
    Examples:
      fledge report runs/birds
      fledge report runs/birds --json
    """
    from fledge.jobs.reported import reported

    found = reported(run)
    if as_json:
        out(found.to_json())
    else:
        for line in found.lines():
            out(wrapped(safe(line), sys.stdout))
    if show:
        click.launch(str(found.page))
