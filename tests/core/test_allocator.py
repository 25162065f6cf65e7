"""Freed memory is kept where glibc is, and nothing happens elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fledge.core import allocator
from fledge.core.allocator import keep_freed_memory, keep_some_freed_memory

FAULTS = """
import resource
from fledge.core import allocator
for keep in {keep}:
    assert getattr(allocator, keep)()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
size, count = {blocks}
for _ in range(20):
    [b"x" * size for _ in range(count)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    for each in (keep_freed_memory, keep_some_freed_memory):
        each.cache_clear()
    yield
    for each in (keep_freed_memory, keep_some_freed_memory):
        each.cache_clear()


def faults(blocks: tuple[int, int], *keep: str) -> int:
    """The page faults of a fresh process that again and again uses and frees blocks of one size, so many at a time."""
    found = os.environ | {"PYTHONPATH": str(Path(allocator.__file__).parents[2])}
    command = [sys.executable, "-c", FAULTS.format(keep=keep, blocks=blocks)]
    return int(subprocess.run(command, env=found, capture_output=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="page faults are counted on Linux")
@pytest.mark.parametrize(
    ("blocks", "keep"),
    [
        ((40_000_000, 1), ["keep_freed_memory"]),
        ((4_000_000, 10), ["keep_some_freed_memory"]),
        ((40_000_000, 1), ["keep_freed_memory", "keep_some_freed_memory"]),
    ],
)
def test_freed_memory_is_used_again_without_page_faults(blocks: tuple[int, int], keep: list[str]) -> None:
    assert faults(blocks, *keep) < faults(blocks) / 5


@pytest.mark.parametrize("keep", [keep_freed_memory, keep_some_freed_memory])
@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_than_on_linux_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, platform: str, keep: Callable[[], bool]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert keep() is False


@pytest.mark.parametrize("keep", [keep_freed_memory, keep_some_freed_memory])
def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch, keep: Callable[[], bool]) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert keep() is False
