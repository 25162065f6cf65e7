"""Freed memory is kept where glibc is, and nothing happens elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fledge.core import allocator
from fledge.core.allocator import keep_freed_memory

FAULTS = """
import resource
from fledge.core.allocator import keep_freed_memory
if {keep}:
    assert keep_freed_memory() and keep_freed_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
size = 40_000_000
for _ in range(20):
    b"x" * size
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    keep_freed_memory.cache_clear()
    yield
    keep_freed_memory.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="page faults are counted on Linux")
def test_freed_memory_is_used_again_without_page_faults() -> None:
    found = os.environ | {"PYTHONPATH": str(Path(allocator.__file__).parents[2])}
    kept, returned = (
        int(subprocess.run([sys.executable, "-c", FAULTS.format(keep=keep)], env=found, capture_output=True, check=True).stdout)
        for keep in (True, False)
    )
    assert kept < returned / 5


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_than_on_linux_nothing_is_done(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert keep_freed_memory() is False


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert keep_freed_memory() is False
