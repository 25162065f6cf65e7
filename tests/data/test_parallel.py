"""Work in threads, in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import torch

from fledge.data.parallel import ordered


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.mark.parametrize("workers", [0, 1, 2, 4, 8])
def test_results_come_in_the_order_of_the_jobs(workers: int) -> None:
    def slow_first(job: int) -> int:
        time.sleep(0.005 * (3 - job % 4))
        return job * job

    assert list(ordered(slow_first, range(12), workers)) == [job * job for job in range(12)]


def test_no_more_is_made_ahead_than_was_allowed() -> None:
    made: list[int] = []
    results = ordered(made.append, range(100), workers=2, ahead=3)
    next(results)
    time.sleep(0.02)
    assert len(made) <= 4
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_comes_out_at_its_place(workers: int) -> None:
    def fail_at_three(job: int) -> int:
        if job == 3:
            raise ValueError("three")
        return job

    results = ordered(fail_at_three, range(10), workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_dropping_the_iteration_ends_its_threads() -> None:
    results = ordered(str, range(1000), workers=4)
    next(results)
    del results


def test_an_interruption_of_the_caller_ends_the_threads() -> None:
    def interrupted() -> None:
        for result in ordered(int, range(1000), workers=4):
            if result == 5:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


def test_threads_compute_on_one_processor_and_nobody_elses_setting_changes() -> None:
    torch.set_num_threads(2)
    try:
        assert list(ordered(lambda _: torch.get_num_threads(), range(4), workers=2)) == [1, 1, 1, 1]
        assert torch.get_num_threads() == 2
        later: list[int] = []
        thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        assert later == [2]
    finally:
        torch.set_num_threads(1)
