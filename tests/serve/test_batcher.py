"""Answering what waits."""

from __future__ import annotations

import asyncio
import threading
from itertools import chain
from typing import Any

import pytest
import torch

from fledge.serve.batcher import Batcher
from fledge.serve.problem import Busy, TooLarge
from fledge.tasks.answer import Answer, Numbers
from tests.counts import count


class Doubling:
    """A predictor of numbers: gives twice what it was given, notes its batches, and waits for a sign if asked to."""

    def __init__(self) -> None:
        self.codec = self
        self.input = self
        self.batches: list[list[Any]] = []
        self.begun = 0
        self.may_go = threading.Event()
        self.may_go.set()

    def read(self, value: Any) -> Any:
        return value

    def warnings(self, value: Any) -> tuple[str, ...]:
        return ()

    def answers(self, read: list[Any]) -> list[Answer]:
        self.begun += len(read)
        self.may_go.wait(60)
        self.batches.append(list(read))
        return [Numbers((2.0 * each,), ("double",)) for each in read]


def batcher(predictor: Doubling, **more: Any) -> Batcher:
    return Batcher(predictor, **more)  # type: ignore[arg-type]


async def all_read(line: Batcher, predictor: Doubling, count: int) -> None:
    """Waits until so many inputs are read: a first batch is with the predictor, the others stand in line."""
    while predictor.begun + len(line._line) < count:
        await asyncio.sleep(0.001)


@pytest.mark.promise("E1")
@pytest.mark.parametrize("most", [1, 7])
def test_everybody_gets_the_answer_to_their_own_input(most: int) -> None:
    async def all_at_once() -> list[list[Answer]]:
        line = batcher(Doubling(), most=most, waiting=1000)
        return await asyncio.gather(*(line.answers([n, n + 0.5]) for n in range(count(200, 20_000))))

    for n, (first, second) in enumerate(asyncio.run(all_at_once())):
        assert (float(first), float(second)) == (2 * n, 2 * n + 1)  # type: ignore[arg-type]


def test_what_waits_together_is_answered_together() -> None:
    predictor = Doubling()

    async def line_up() -> None:
        predictor.may_go.clear()
        line = batcher(predictor, most=4)
        asked = [asyncio.create_task(line.answers([n])) for n in range(9)]
        await all_read(line, predictor, 9)
        predictor.may_go.set()
        await asyncio.gather(*asked)
        assert line.answered == 9

    asyncio.run(line_up())
    assert len(predictor.batches) <= 4
    assert max(map(len, predictor.batches)) == 4
    assert sorted(chain(*predictor.batches)) == list(range(9))


@pytest.mark.promise("E8")
def test_those_who_left_are_not_worked_for_and_mix_up_nobody() -> None:
    predictor = Doubling()

    async def some_leave() -> list[Any]:
        predictor.may_go.clear()
        line = batcher(predictor, most=3)
        asked = [asyncio.create_task(line.answers([n])) for n in range(30)]
        await all_read(line, predictor, 30)
        for each in asked[::3]:
            each.cancel()
        predictor.may_go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    for n, got in enumerate(asyncio.run(some_leave())):
        assert isinstance(got, asyncio.CancelledError) if n % 3 == 0 else float(got[0]) == 2 * n
    assert len([*chain(*predictor.batches)]) <= 21


@pytest.mark.promise("E2")
def test_what_there_is_no_place_for_is_refused_with_a_time_to_come_again() -> None:
    line = batcher(Doubling(), waiting=3)
    with line.places(2):
        with pytest.raises(Busy, match="2 inputs wait already") as refused, line.places(2):
            pass
        assert refused.value.headers == (("retry-after", "1"),)
        with line.places(1):
            assert line.waiting == 3
    assert line.waiting == 0
    with pytest.raises(TooLarge, match="at most 3"), line.places(4):
        pass


def test_its_threads_leave_the_callers_number_of_threads_alone() -> None:
    before = torch.get_num_threads()
    asyncio.run(batcher(Doubling()).answers([1, 2, 3]))
    assert torch.get_num_threads() == before
