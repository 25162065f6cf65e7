"""A run as it goes on: its epochs as rows, and below them how far it has come."""

from __future__ import annotations

from time import monotonic
from typing import final

from fledge.core.progress import Progress
from fledge.core.progress_words import clock
from fledge.core.screen import Screen
from fledge.data.foreign import ForeignLoader
from fledge.training.callback import Callback
from fledge.training.run import Run

_NEWEST = 0.3
"""How much the losses since the last look count in the one that is shown."""
_LONG = 1.0
"""The seconds an epoch takes of which it is worth to say that the held-back part is being looked at."""
_MUCH = 0.2
"""The share of the time spent waiting for data that is said in the end, from so many seconds on:"""
_WORTH_SAYING = 2.0


@final
class ShowProgress(Callback):
    """Shows each epoch's figures, the loss, and the time left of this stage; and why, if a run spent its time waiting."""

    lasting = False

    def __init__(self, screen: Screen | None = None) -> None:
        self._screen = screen
        self._progress: Progress | None = None
        self._stage = -1
        self._began = 0.0
        self._loss: float | None = None
        self._sum, self._seen = 0.0, 0

    def epoch_start(self, run: Run) -> None:
        if self._progress is None:
            self._progress, self._stage = Progress(self._screen), -1
        if self._stage != run.place.stage:
            self._progress.start("", run.stage.epochs * run.steps, _done(run))
            self._stage = run.place.stage
        self._began, self._loss, self._sum, self._seen = monotonic(), None, 0.0, 0

    def batch_end(self, run: Run) -> None:
        assert self._progress is not None
        if self._progress.due():
            self._show(run, self._progress)

    def validate_start(self, run: Run) -> None:
        if self._progress is not None and monotonic() - self._began > _LONG:
            self._progress.show(_done(run), title=f"{_epoch(run)}, held back")

    def epoch_end(self, run: Run) -> None:
        assert self._progress is not None
        row = {name: value for name, value in run.history[-1].items() if name not in ("seconds", "waited")}
        self._progress.row({**row, "time": clock(run.history[-1]["seconds"] or 0.0)})

    def fit_end(self, run: Run) -> None:
        if self._progress is not None:
            self._progress.close()
            for line in _last_words(run):
                self._progress.note(line)
            self._progress = None

    def fit_break(self, run: Run) -> None:
        if self._progress is not None:
            self._progress.close()
            self._progress = None

    def _show(self, run: Run, progress: Progress) -> None:
        place = run.place
        if place.seen > self._seen:
            newest = (place.loss_sum - self._sum) / (place.seen - self._seen)
            self._loss = newest if self._loss is None else self._loss + _NEWEST * (newest - self._loss)
            self._sum, self._seen = place.loss_sum, place.seen
        progress.show(_done(run), title=_epoch(run), loss=self._loss)


def _done(run: Run) -> int:
    """The steps of this stage that are done."""
    return run.place.epoch * run.steps + run.place.step


def _epoch(run: Run) -> str:
    return f"epoch {run.first_epoch + run.epoch}/{run.first_epoch + run.epochs - 1}"


def _last_words(run: Run) -> list[str]:
    """Why the run ended early, if it did; and how long it waited for data, if that was long."""
    rows = run.history[run.first_epoch :]
    seconds, waited = (sum(row[name] or 0.0 for row in rows) for name in ("seconds", "waited"))
    words = [] if run.stopped is None else [f"stopped: {run.stopped}"]
    if waited > max(_MUCH * seconds, _WORTH_SAYING):
        foreign = isinstance(run.learner.dls.train, ForeignLoader)
        advice = "let the DataLoader read with more num_workers" if foreign else "smaller inputs or more workers would help"
        words.append(f"waiting for data {100 * waited / seconds:.0f} % of the time: {advice}")
    return words
