"""Answering what waits: read by a few threads, computed by one."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING, Any, final

from fledge.core.errors import FledgeError
from fledge.data.parallel import usual_workers
from fledge.serve.kinds import ReadInput, answered_by_model, read_by_transform
from fledge.serve.problem import Busy, TooLarge
from fledge.tasks.answer import Answer

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor


@final
class Batcher:
    """Answers inputs in the order they come, up to `most` of those that wait together in one pass through the model.

    All bookkeeping is done on the event loop, so nothing here needs a lock; only reading and computing leave it.
    """

    def __init__(
        self,
        predictor: AnyPredictor,
        *,
        most: int = 1,
        waiting: int = 64,
        encode: Callable[[Any, Any], ReadInput] = read_by_transform,
        answers: Callable[[Any, Sequence[Any]], Sequence[Answer]] = answered_by_model,
        computer: Executor | None = None,
    ) -> None:
        self.waiting = 0
        """Inputs that were taken on and are not answered yet."""
        self.batches = 0
        self.answered = 0
        self._encode = partial(encode, predictor)
        self._answers = partial(answers, predictor)
        self._most = most
        self._places = waiting
        self._line: deque[tuple[Any, asyncio.Future[Answer]]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._seconds = 0.0  # for one input, lately
        # Threads that read run torch on one processor each; the one that computes, on as many as the caller does.
        self._readers = ThreadPoolExecutor(usual_workers(), "fledge-reader", _use_threads, (1,))
        self._computer = computer or ThreadPoolExecutor(1, "fledge-model", _use_threads, (_threads(),))

    @contextmanager
    def places(self, count: int) -> Iterator[None]:
        """Takes on `count` inputs for the length of a block, or refuses them at once."""
        if count > self._places:
            raise TooLarge(f"{count} inputs in one request; at most {self._places} are taken", hint="send several requests")
        self.check_room(count)
        self.waiting += count
        try:
            yield
        finally:
            self.waiting -= count

    def check_room(self, count: int = 1) -> None:
        """Refuses what there is no place for, with the time after which there may be."""
        if self.waiting + count > self._places:
            raise Busy(f"{self.waiting} inputs wait already", seconds=max(1, ceil(self.waiting * self._seconds)))

    async def read(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """What `work` makes of its arguments, in one of the threads that read."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *arguments)

    async def answers(self, inputs: Sequence[Any]) -> list[Answer]:
        """The answers to inputs that hold their `places`."""
        read = await _all(self.read(self._encode, each) for each in inputs)
        found = await _all(self._put(encoded) for encoded, _ in read)
        return [answer.with_warnings(warnings) for answer, (_, warnings) in zip(found, read, strict=True)]

    def _put(self, encoded: Any) -> asyncio.Future[Answer]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._line.append((encoded, answer))
        if self._running is None or self._running.done():
            self._running = loop.create_task(self._run())
        return answer

    async def _run(self) -> None:
        """Works until nobody waits."""
        while batch := self._next_batch():
            started = perf_counter()
            found = await asyncio.get_running_loop().run_in_executor(self._computer, self._compute, [each for each, _ in batch])
            self._seconds += 0.2 * ((perf_counter() - started) / len(batch) - self._seconds)
            self.batches += 1
            self.answered += len(batch)
            for (_, answer), result in zip(batch, found, strict=True):
                if answer.done():  # nobody waits for it any more
                    continue
                if isinstance(result, Exception):
                    answer.set_exception(result)
                else:
                    answer.set_result(result)

    def _next_batch(self) -> list[tuple[Any, asyncio.Future[Answer]]]:
        batch: list[tuple[Any, asyncio.Future[Answer]]] = []
        while self._line and len(batch) < self._most:
            waiting = self._line.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        return batch

    def _compute(self, encoded: Sequence[Any]) -> Sequence[Answer | Exception]:
        """Each input's answer or error; what goes wrong together is tried one by one, so that none pays for another."""
        try:
            return self._answers(encoded)
        except Exception as error:
            return [error] if len(encoded) == 1 else [found for each in encoded for found in self._compute([each])]


async def _all(waited_for: Iterator[Any]) -> list[Any]:
    """All results, or once everything has ended the first error, which names its input if there are several."""
    found = await asyncio.gather(*waited_for, return_exceptions=True)
    for place, each in enumerate(found, start=1):
        if isinstance(each, FledgeError) and len(found) > 1:
            each.message = f"input {place} of {len(found)}: {each.message}"
        if isinstance(each, BaseException):
            raise each
    return found


def _threads() -> int:
    """How many processors torch uses in this thread; where it is not loaded, nobody asks."""
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch else 0


def _use_threads(count: int) -> None:
    """Sets how many processors torch uses in this thread; asked for first, as a thread's first use of torch sets it anew."""
    if torch := sys.modules.get("torch"):
        torch.get_num_threads()
        torch.set_num_threads(count)
