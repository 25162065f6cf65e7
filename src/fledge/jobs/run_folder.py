"""A folder for each training, never written over."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Self, final

from fledge.core.errors import DataError, UsageError, shown
from fledge.core.files import write_atomically
from fledge.core.record import pack_fields, unpack_fields
from fledge.core.strict_json import LIMIT, JsonObject, parse
from fledge.jobs.settings import Settings

FORM = 1
_STATE = "run.json"


@final
@dataclass(frozen=True)
class RunFolder:
    """`run.json` (settings, versions, results), `model.safetensors`, `report.html`, `history.csv` (the networks' epochs),
    `scores.csv` (every model on every held-back item), `bad_files.csv`; of rows `example.csv` (some to try) and
    `reasons.json` (what the model goes by); while a training lasts also `tried/` (what is done)
    and `checkpoint/` (what is being done).
    """

    path: Path

    @classmethod
    def new(cls, out: Path, name: str) -> Self:
        """A folder of that name, or with a number after it where others have been."""
        for number in count(1):
            path = out / (name if number == 1 else f"{name}-{number}")
            try:
                path.mkdir(parents=True)
            except FileExistsError:
                if not out.is_dir():
                    raise UsageError(f"{out} is no folder", hint="name another place for the run: --out DIR") from None
                continue
            except OSError as error:
                where = f"the folder {path} can't be made: {error.strerror}"
                raise UsageError(where, hint="name another place for the run: --out DIR") from error
            return cls(path)
        raise AssertionError("numbers never end")

    @classmethod
    def existing(cls, path: Path) -> Self:
        """The folder of an earlier training; its `run.json` may be named instead."""
        path = path.parent if path.name == _STATE else path
        if not (path / _STATE).is_file():
            raise UsageError(
                f"{path} is no run folder: it holds no {_STATE}",
                hint="pass the folder that `fledge train` named, such as runs/birds",
            )
        return cls(path)

    @property
    def model(self) -> Path:
        """The file of the recommended model."""
        return self.path / "model.safetensors"

    @property
    def report(self) -> Path:
        """The run on one page."""
        return self.path / "report.html"

    @property
    def bad_files(self) -> Path:
        """What was set aside, and why."""
        return self.path / "bad_files.csv"

    @property
    def reasons(self) -> Path:
        """Of a model for rows: what it goes by."""
        return self.path / "reasons.json"

    @property
    def scores(self) -> Path:
        """How every model that was tried did on each held-back item."""
        return self.path / "scores.csv"

    @property
    def tried(self) -> Path:
        """Where each thing that was tried is kept until the end."""
        return self.path / "tried"

    def checkpoint(self, name: str) -> Path:
        """Where a training in progress keeps itself."""
        return self.path / "checkpoint" / slug(name)

    def write_state(self, settings: Settings, **facts: Any) -> None:
        """What this training is, and what came of it so far."""
        self.write_json(self.path / _STATE, {"form": FORM, "settings": pack_fields(settings), **facts})

    def state(self) -> JsonObject:
        """What `write_state` wrote."""
        found = self.read_json(self.path / _STATE)
        if found.get("form") != FORM:
            raise DataError(f"{self.path / _STATE} is of form {shown(found.get('form'))}, and this fledge reads form {FORM}")
        return found

    def settings(self) -> Settings:
        """The settings of this training."""
        return unpack_fields(self.state()["settings"], Settings, f"{self.path / _STATE}: $.settings")

    def choices(self) -> dict[str, Any]:
        """The settings of this training that are not the usual ones; its source is always among them."""
        settings = self.settings()
        named = {each.name: (getattr(settings, each.name), each.default) for each in fields(Settings)}
        return {name: value for name, (value, usual) in named.items() if value != usual}

    @staticmethod
    def write_json(path: Path, value: Any) -> None:
        """A JSON file, whole or not at all."""
        text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
        path.parent.mkdir(parents=True, exist_ok=True)

        def write(file: BinaryIO) -> None:
            file.write(text.encode("utf-8", "surrogateescape"))

        write_atomically(path, write)

    @staticmethod
    def read_json(path: Path) -> JsonObject:
        """A JSON file of ours; anything else is refused."""
        with path.open("rb") as file:
            return parse(file.read(LIMIT + 1), str(path))


def slug(name: str) -> str:
    """A name that any disk takes.

    >>> slug("resnet18, new head only")
    'resnet18-new-head-only'
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") or "run"
