"""`fledge export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fledge.cli.completing import among
from fledge.cli.model import model_file
from fledge.cli.terminal import note, out, safe, strong
from fledge.core.errors import UnknownName, UsageError


def ways() -> dict[str, tuple[Callable[..., None], set[str]]]:
    """Where a model can go: who brings it there, and which options that way knows."""
    return {
        "onnx": (_to_onnx, {"half", "int8", "data", "target"}),
        "torch": (_to_torch, {"data", "target"}),
        "app": (_to_app, {"public", "fledge"}),
        "hub": (_to_hub, {"private", "licence", "replace"}),
    }


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("place", required=False, metavar="[OUT]")
@click.option(
    "--to", default="onnx", show_default=True, help="What to make of it: onnx, torch, app or hub.", shell_complete=among(ways)
)
@click.option("--float16", "half", is_flag=True, help="onnx: keep the numbers in 16 bits, half the size.")
@click.option("--int8", is_flag=True, help="onnx: keep the numbers in 8 bits, a quarter of the size.")
@click.option("--data", metavar="DATA", help="onnx, torch: compare on this folder or table too; onnx: measure what is lost.")
@click.option("--target", "-t", multiple=True, metavar="COLUMN", help="The column of a table in DATA that is the label.")
@click.option("--public", is_flag=True, help="app: ask nobody for a token.")
@click.option("--fledge", metavar="WHAT", help="app: what pip installs fledge from.  [default: a wheel of this one]")
@click.option("--private", is_flag=True, help="hub: show it to nobody else.")
@click.option("--licence", default="", metavar="NAME", help="hub: under which licence others may use it, such as apache-2.0.")
@click.option("--replace", is_flag=True, help="hub: write over the model of that name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def export(model: Path, place: str | None, to: str, as_json: bool, **options: Any) -> None:
    """Write a copy of MODEL (a file or the folder of a run) for use elsewhere, to OUT or beside it.

    \b
    onnx   a file that runs without torch, in fledge and everywhere else
    torch  a program for torch.export.load, which needs torch and no fledge
    app    a new folder OUT that serves the model in a container, or as a Hugging Face Space
    hub    the model on the Hugging Face Hub as OUT, which is a name such as user/birds

    The answers of onnx and torch are compared with the model's own, on the examples it carries and on DATA, and nothing is
    written if they differ by more than 0.0001.

    \b
    Examples:
      fledge export bird.safetensors
      fledge export runs/birds bird.onnx --data photos
      fledge export bird.safetensors small.onnx --int8 --data photos
      fledge export bird.safetensors --to torch
      fledge export runs/birds birds-app --to app
    """
    known = ways()
    if to not in known:
        raise UnknownName("way to export", to, known)
    bring, knows = known[to]
    given = {name: value for name, value in options.items() if value}
    if foreign := sorted(given.keys() - knows):
        flags = {"half": "--float16"}
        raise UsageError(f"{flags.get(foreign[0], f'--{foreign[0]}')} is nothing that --to {to} knows", hint="leave it out")
    bring(model_file(model), place, as_json, **given)


def _to_onnx(model: Path, place: str | None, as_json: bool, *, half: bool = False, int8: bool = False, **more: Any) -> None:
    if half and int8:
        raise UsageError("numbers are kept in 16 bits or in 8", hint="choose --float16 or --int8")
    _write(model, place, as_json, to="onnx", weights="float16" if half else "int8" if int8 else "float32", **more)


def _to_torch(model: Path, place: str | None, as_json: bool, **more: Any) -> None:
    _write(model, place, as_json, to="torch", **more)


def _write(model: Path, place: str | None, as_json: bool, **options: Any) -> None:
    from fledge.jobs.export import export as exported

    done = exported(model, place, **options)
    if as_json:
        out(done.to_json())
        return
    for word, line in done.lines():
        out(f"{strong(word.ljust(8))}{safe(line)}")
    if done.usage:
        note("\nWithout fledge it runs so:\n")
        note(done.usage)


def _to_app(model: Path, place: str | None, as_json: bool, **options: Any) -> None:
    from fledge.jobs.export_app import export_app

    if place is None:
        raise UsageError("an app is a new folder", hint=f"say where: fledge export {model} birds-app --to app")
    sizes = export_app(model, place, **options)
    if as_json:
        out(json.dumps({"path": place, "files": sizes}, ensure_ascii=False))
        return
    out(f"{strong('Wrote'.ljust(8))}{safe(place)} ({sum(sizes.values()) / 1e6:.2f} MB): {', '.join(sizes)}")
    note(f"\n{safe(place)}/README.md says how it is run")


def _to_hub(model: Path, place: str | None, as_json: bool, **options: Any) -> None:
    from fledge.predictor.model_file import load

    if place is None:
        raise UsageError("a model on the Hub has a name", hint=f"fledge export {model} user/birds --to hub")
    if model.suffix.lower() == ".onnx":
        raise UsageError("the Hub is given the model file itself", hint="name the .safetensors file")
    address = load(model).push_to_hub(place, **options)
    out(json.dumps({"url": address}) if as_json else f"{strong('Put'.ljust(8))}{safe(address)}")
