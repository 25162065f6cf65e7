"""Work that others hand to the first thread."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from fledge.serve.first_thread import FirstThread


def test_what_others_submit_is_done_here_in_order() -> None:
    first, done = FirstThread(), list[tuple[int, int]]()

    def note(place: int) -> int:
        done.append((place, threading.get_ident()))
        return place

    def submit() -> list[int]:
        with first:
            asked = [first.submit(note, place) for place in range(9)]
        return [each.result(60) for each in asked]

    with ThreadPoolExecutor(1) as other:
        asked = other.submit(submit)
        first.work()
        assert asked.result(60) == list(range(9))
    assert done == [(place, threading.get_ident()) for place in range(9)]


def test_an_error_goes_to_who_asked_and_the_next_is_done_all_the_same() -> None:
    with FirstThread() as first:
        wrong, right = first.submit(int, "x"), first.submit(int, "7")
    first.work()
    assert right.result() == 7
    with pytest.raises(ValueError, match="'x'"):
        wrong.result()


def test_what_was_cancelled_is_left_out() -> None:
    with FirstThread() as first:
        left, done = first.submit(pytest.fail, "it was cancelled"), first.submit(int, "7")
        assert left.cancel()
    first.work()
    assert done.result() == 7
    with pytest.raises(CancelledError):
        left.result()


def test_a_signal_that_came_to_another_thread_is_heard() -> None:
    first, heard = FirstThread(), list[int]()

    def end(number: int, frame: object) -> None:
        heard.append(number)
        first.shutdown()

    before = signal.signal(signal.SIGTERM, end)
    try:
        other = threading.Timer(0.1, signal.raise_signal, (signal.SIGTERM,))
        other.start()
        first.work()
    finally:
        signal.signal(signal.SIGTERM, before)
    other.join()
    assert heard == [signal.SIGTERM]
