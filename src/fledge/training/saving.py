"""When a run is saved, and how a signal ends it."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import FrameType, TracebackType
from typing import Any, Self, final

from fledge.core.folder_lock import FolderLock
from fledge.training.checkpoint import write_checkpoint
from fledge.training.run import Run

AT_MOST = 0.02
"""The share of the time that saving may take."""


@final
@dataclass(eq=False)
class Saving:
    """Writes checkpoints: at the start, every `interval` seconds, at the ends of epochs, on a signal and at the end.

    A run shorter than fifty times what a checkpoint costs isn't held up by one at every epoch. Without a folder
    nothing is written; Ctrl-C then leaves the run in memory, and `learn.resume()` goes on from there.
    """

    run: Run
    folder: Path | None
    interval: float = 60.0
    _next: float = field(default=0.0, init=False)
    _wait: float = field(default=0.0, init=False)

    def __enter__(self) -> Self:
        self._lock = None if self.folder is None else FolderLock(self.folder)
        if self._lock is not None:
            assert self.folder is not None
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        self._handlers: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._handlers[number] = signal.signal(number, self._asked_to_end)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._lock is not None:
            self._lock.release()

    def begin(self) -> None:
        """The first checkpoint, so that there is one to go on from whatever happens."""
        if self.run.place.steps_done == 0:
            self.save()

    def tick(self) -> None:
        """After each step: a checkpoint if it is time, and no gradients wait."""
        if self.folder is not None and monotonic() >= self._next and self.run.learner.accumulated(self.run.place.step):
            self.save()

    def epoch_end(self) -> None:
        """After each epoch: a checkpoint unless the last one is recent in relation to its cost."""
        if self.folder is not None and monotonic() >= self._wait:
            self.save()

    def save(self) -> None:
        """A checkpoint now."""
        if self.folder is None:
            return
        began = monotonic()
        write_checkpoint(self.run, self.folder)
        now = monotonic()
        self._wait = now + (now - began) / AT_MOST
        self._next = now + max(self.interval, (now - began) / AT_MOST)

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        """The first signal lets the step finish and saves; a second one ends at once."""
        if self.run.signal is not None:
            raise KeyboardInterrupt
        self.run.signal = number
