"""`fledge demo`."""

from __future__ import annotations

from pathlib import Path

import click

from fledge.cli.completing import among, demos
from fledge.cli.terminal import note, out, safe, strong


@click.command()
@click.argument("name", default="digits", shell_complete=among(demos))
@click.option("--list", "only_list", is_flag=True, help="Say what there is to try.")
@click.option(
    "--out",
    "place",
    default="fledge-demo",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where the data and the run go.",
)
def demo(name: str, only_list: bool, place: Path) -> int:
    """From nothing to a trained, saved, called model: writes data that come with the install, and trains on them.

    Needs no network. The commands are those you would type; each is shown before it runs.

    \b
    Examples:
      fledge demo --list
    """
    from fledge.cli.main import run  # which knows this command, and so can't be had before it is called
    from fledge.jobs.demo import DEMOS, prepared, typed

    if only_list:
        width = max(map(len, DEMOS)) + 2
        for each, made in DEMOS.items():
            out(f"{strong(each.ljust(width))}{made.words}")
        return 0
    count, commands = prepared(name, place)
    note(f"{count:,} {DEMOS[name].noun} in {safe(place / name)}")
    for command in commands:
        note(f"\n{strong('$ ' + safe(typed(command)))}")
        if status := run(command):
            return status
    note(f"\nThe report is {safe(Path(commands[-1][1]) / 'report.html')}. Next, with a folder of your own:")
    note("  fledge train FOLDER")
    return 0
