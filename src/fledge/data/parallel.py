"""The same work on many things, by a few threads, in order."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def usual_workers() -> int:
    """As many threads as this process has processors, eight at most."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(8, mine)


def ordered(work: Callable[[Job], Result], jobs: Sequence[Job], workers: int, ahead: int | None = None) -> Iterator[Result]:
    """What `work` makes of each job, in the order of the jobs, at most `ahead` of them made before they are asked for.

    An error in a thread comes out here, at its place. However the iteration ends (through, dropped, by an error or
    Ctrl-C), no thread is left behind. Without workers the caller's own thread does it all.

    >>> list(ordered(str.upper, ["a", "b", "c"], workers=2))
    ['A', 'B', 'C']
    """
    workers = min(workers, len(jobs))
    if workers == 0:
        yield from map(work, jobs)
        return
    pool = _single_threaded_pool(workers)
    try:
        waiting: deque[Future[Result]] = deque()
        for job in jobs:
            waiting.append(pool.submit(work, job))
            if len(waiting) > (workers + 1 if ahead is None else ahead):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _single_threaded_pool(workers: int) -> ThreadPoolExecutor:
    """Threads whose torch operations run on one processor each, so that they don't get in each other's way.

    torch's setting belongs to the thread that makes it, but is also what every thread takes up with its first operation:
    so ours ask for it before they make theirs, and once all have, the caller makes its own again. Where nobody uses
    torch, there is nothing to set.
    """
    if "torch" not in sys.modules:
        return ThreadPoolExecutor(workers, "fledge-loader")
    import torch

    callers = torch.get_num_threads()
    started = Barrier(workers + 1)

    def use_one_thread() -> None:
        torch.get_num_threads()
        torch.set_num_threads(1)
        started.wait()

    pool = ThreadPoolExecutor(workers, "fledge-loader")
    try:
        for _ in range(workers):
            pool.submit(use_one_thread)
        started.wait()
    except BaseException:
        started.abort()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    torch.set_num_threads(callers)
    return pool
