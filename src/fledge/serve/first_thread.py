"""Work for the first thread of a process, handed to it by others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from typing import Any, final

Job = tuple[Future[Any], Callable[[], Any]]

_LISTEN = 0.2
"""Seconds after which a signal is heard at the latest."""


@final
class FirstThread(Executor):
    """Does what is submitted in the thread that calls `work`.

    OpenMP's threads wait for each other by spinning only as long as there are no more of them than processors. A team of any
    other thread than the first has one too many: the first itself. Each of its loops then sleeps and is woken again, and a
    network of many small operations takes two to four times as long.

    >>> with FirstThread() as first:
    ...     done = first.submit(max, 2, 3)
    >>> first.work()
    >>> done.result()
    3
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._jobs.put((future, lambda: fn(*args, **kwargs)))
        return future

    def work(self) -> None:
        """Does all that is submitted, one after the other, until `shutdown`; signals are heard meanwhile."""
        while True:
            try:
                job = self._jobs.get(timeout=_LISTEN)
            except Empty:  # a signal may have come to another thread, and what it means is done in this one
                continue
            if job is None:
                return
            future, call = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except Exception as error:
                future.set_exception(error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Lets `work` end once it has done what was submitted so far; nobody waits for that."""
        self._jobs.put(None)
