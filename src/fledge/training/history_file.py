"""The history as a file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO, final

from fledge.core.errors import UsageError
from fledge.core.files import write_atomically
from fledge.training.callback import Callback, State
from fledge.training.run import Run


@final
@dataclass(eq=False)
class HistoryFile(Callback):
    """Keeps the history as CSV, a row for every epoch: whole at any moment, also after a run was killed and resumed.

    A file that holds another training's history is not written over.
    """

    path: str | Path = "history.csv"

    def fit_start(self, run: Run) -> None:
        self._checked = False

    def epoch_start(self, run: Run) -> None:
        if not self._checked:
            self._refuse_others_rows(run)
            self._write(run)  # a place that can't be written is found before the first step
            self._checked = True

    def epoch_end(self, run: Run) -> None:
        self._write(run)

    def state(self) -> State:
        return {"path": str(self.path)}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._checked = state["path"] == str(self.path)  # a row that came after the checkpoint is this run's too

    def _write(self, run: Run) -> None:
        def write(file: BinaryIO) -> None:
            file.write(_as_csv(run))

        write_atomically(self.path, write)

    def _refuse_others_rows(self, run: Run) -> None:
        path = Path(self.path)
        if path.exists() and not _as_csv(run).startswith(path.read_bytes()):
            raise UsageError(f"{path} holds another training's history", hint="choose another name, or delete it")


def _as_csv(run: Run) -> bytes:
    metrics = [metric.name for metric in run.learner.metrics]
    others = [name for row in run.history for name in row]  # callbacks may have columns of their own
    columns = dict.fromkeys(["epoch", "train_loss", "valid_loss", *metrics, "seconds", "waited", *others])
    text = StringIO()
    table = csv.DictWriter(text, list(columns), lineterminator="\n")
    table.writeheader()
    table.writerows(run.history)
    return text.getvalue().encode()
