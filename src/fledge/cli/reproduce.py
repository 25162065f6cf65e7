"""`fledge reproduce`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fledge.cli.terminal import note, out, safe


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--quiet", "-q", is_flag=True, help="Say the outcome alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def reproduce(run: Path, quiet: bool, as_json: bool) -> int:
    """Train again as RUN (the folder of a training) did, and say whether the same model comes out, bit for bit.

    The run itself is left as it is. Ends with exit status 5 where the models differ.

    \b
    Examples:
      fledge reproduce runs/birds
      fledge reproduce runs/birds --json
    """
    from fledge.core.errors import TrainingError
    from fledge.jobs.reproduce import reproduce as done_again

    found = done_again(run, quiet=quiet, say=lambda line: note(safe(line)))
    if as_json:
        out(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
    else:
        out(safe(found))
    return 0 if found.agrees else TrainingError.exit_code
