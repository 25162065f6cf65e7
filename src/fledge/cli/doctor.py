"""`fledge doctor`."""

from __future__ import annotations

import click

from fledge.cli.terminal import out, safe, strong, warning


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def doctor(as_json: bool) -> int:
    """Say what this machine has, what fledge would use of it, and what is missing for what.

    Ends with exit status 7 where fledge can't work.

    \b
    Examples:
      fledge doctor
      fledge doctor --json
    """
    from fledge.core.errors import Unavailable
    from fledge.jobs.doctor import examined

    found = examined()
    if as_json:
        out(found.to_json())
    else:
        for word, line in found.facts:
            out(f"{strong(word.ljust(10))}{safe(line)}")
        for line in found.missing:
            out(f"{strong('Missing'.ljust(10))}{safe(line)}")
        for line in found.faults:
            out(f"{warning('Error'.ljust(10))}{safe(line)}")
    return Unavailable.exit_code if found.faults else 0
