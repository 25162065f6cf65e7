"""The model a command is given: a file, or the folder of a run that holds one."""

from __future__ import annotations

from pathlib import Path

from fledge.core.errors import ModelFileError, listed, shown

MODEL = "model.safetensors"


def model_file(given: Path) -> Path:
    """The model file that is meant."""
    if not given.is_dir():
        return given
    if (given / MODEL).is_file():
        return given / MODEL
    others = sorted(each.name for each in given.glob("*.safetensors"))
    hint = (
        f"name one of its files: {listed([shown(name) for name in others])}"
        if others
        else "pass a model file, or a finished run"
    )
    raise ModelFileError(f"{given} is a folder without a {MODEL}", hint=hint)
