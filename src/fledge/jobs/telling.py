"""What a job tells the person who waits: lines that stay, and one about the work in hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import final

from fledge.core.notebook import in_notebook
from fledge.core.progress import Progress
from fledge.core.screen import Screen, clean
from fledge.training.callback import Callback
from fledge.training.run import Run

Say = Callable[[str], None]
"""Where words for the person go, a line at a time."""


@final
class Teller:
    """Says lines, by way of `say` or else on stderr (in a notebook below the cell), and shows how far the work has come.

    The line about the work is taken away before another line is said. With `quiet` nothing is said or shown.
    """

    def __init__(self, say: Say | None = None, *, quiet: bool = False) -> None:
        self.progress = None if quiet else Progress()
        self._say = say or _on_screen

    def __call__(self, line: str) -> None:
        """A line that stays."""
        if self.progress is not None:
            self.progress.close()
            self._say(line)

    def working(self, title: str) -> None:
        """Shows what is being done where nothing is counted: at once on a terminal, elsewhere once it is time for a line."""
        if self.progress is not None:
            self.progress.start(title)
            if self.progress.lively or self.progress.due():
                self.progress.show(0)

    def counting(self, title: str) -> Callable[[int, int], None]:
        """Shows that so many of all are done, when called with these two numbers."""
        progress = self.progress
        if progress is not None:
            progress.start(title)

        def count(done: int, total: int) -> None:
            if progress is not None and progress.due():
                progress.show(done, title=f"{title}, of {total:,}")

        return count


@final
class TellTraining(Callback):
    """Shows how far a network's training has come."""

    def __init__(self, tell: Teller, name: str) -> None:
        self._progress, self._name = tell.progress, name
        self._stage = -1

    def fit_start(self, run: Run) -> None:
        if self._progress is not None:
            self._progress.start(self._name)
            if self._progress.due():  # what a frozen body makes of the data is computed first, which may take a while
                self._progress.show(0)

    def epoch_start(self, run: Run) -> None:
        if self._progress is not None and self._stage != run.place.stage:
            self._stage = run.place.stage
            self._progress.start(self._name, run.stage.epochs * run.steps, _done(run))

    def batch_end(self, run: Run) -> None:
        if self._progress is not None and self._progress.due():
            loss = run.place.loss_sum / max(run.place.seen, 1)
            self._progress.show(_done(run), title=f"{self._name}, epoch {run.epoch + 1} of {run.epochs}", loss=loss)

    def fit_end(self, run: Run) -> None:
        if self._progress is not None:
            self._progress.close()

    def fit_break(self, run: Run) -> None:
        self.fit_end(run)


def _done(run: Run) -> int:
    """The steps of this stage that are done."""
    return run.place.epoch * run.steps + run.place.step


def _on_screen(line: str) -> None:
    Screen(sys.stdout if in_notebook() else None).write(f"{clean(line)}\n")
