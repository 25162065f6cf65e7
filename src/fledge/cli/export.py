"""`fledge export`."""

from __future__ import annotations

from pathlib import Path

import click

from fledge.cli.model import model_file
from fledge.cli.terminal import note, out, safe, strong


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("place", required=False, metavar="[OUT]", type=click.Path(path_type=Path))
@click.option("--to", default="onnx", show_default=True, help="What to make of it: onnx.")
@click.option("--float16", "half", is_flag=True, help="Keep the numbers in 16 bits: half the size.")
@click.option("--int8", is_flag=True, help="Keep the numbers in 8 bits: a quarter of the size.")
@click.option("--data", metavar="DATA", help="Compare on this folder or table too, and measure what is lost there.")
@click.option("--target", "-t", multiple=True, metavar="COLUMN", help="The column of a table in DATA that is the label.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def export(
    model: Path, place: Path | None, to: str, half: bool, int8: bool, data: str | None, target: tuple[str, ...], as_json: bool
) -> None:
    """Write a copy of MODEL (a file or the folder of a run) for use elsewhere, to OUT or beside it.

    An ONNX file runs without torch, in fledge and everywhere else. Its answers are compared with the model's own, on the
    examples it carries and on DATA, and nothing is written if they differ by more than 0.0001.

    \b
    Examples:
      fledge export bird.safetensors
      fledge export runs/birds bird.onnx --data photos
      fledge export bird.safetensors small.onnx --int8 --data photos
    """
    from fledge.core.errors import UsageError
    from fledge.jobs.export import export as exported

    if half and int8:
        raise UsageError("numbers are kept in 16 bits or in 8", hint="choose --float16 or --int8")
    weights = "float16" if half else "int8" if int8 else "float32"
    done = exported(model_file(model), place, to=to, weights=weights, data=data, target=target)  # type: ignore[arg-type]
    if as_json:
        out(done.to_json())
        return
    for word, line in done.lines():
        out(f"{strong(word.ljust(8))}{safe(line)}")
    if done.usage:
        note("\nWithout fledge it runs so:\n")
        note(done.usage)
