"""`fledge inspect`."""

from __future__ import annotations

from pathlib import Path

import click

from fledge.cli.model import model_file
from fledge.cli.terminal import out, safe, strong


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def inspect(model: Path, as_json: bool) -> int:
    """Say what MODEL (a file or the folder of a run) holds, and whether it still answers as it did.

    Of an ONNX file it says how its answers were compared with the model's that it was made from; no torch is loaded for it.

    \b
    Examples:
      fledge inspect bird.safetensors
      fledge inspect bird.onnx
      fledge inspect runs/birds --json
    """
    from fledge.core.errors import ModelFileError
    from fledge.jobs.inspected import inspected

    found = inspected(model_file(model))
    if as_json:
        out(found.to_json())
    else:
        lines = found.lines()
        width = max(len(safe(word)) for word, _ in lines) + 2
        for word, line in lines:
            out(f"{strong(safe(word).ljust(width))}{safe(line)}")
    return ModelFileError.exit_code if found.fault else 0
