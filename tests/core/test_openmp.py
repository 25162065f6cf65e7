"""The threads that OpenMP keeps for a thread that computed end when another one is to compute."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fledge.core.openmp import end_own_helpers

_START = """
import os, torch
from fledge.core.openmp import end_own_helpers

def threads():
    return len(os.listdir("/proc/self/task"))

def loop():
    torch.ones(2_000_000).exp_()

torch.set_num_threads(3)
alone = threads()
"""
_ENDED = "loop(); assert threads() == alone + 2; assert end_own_helpers(); assert threads() == alone"
_AGAIN = "loop(); end_own_helpers(); loop(); assert threads() == alone + 2"
_SERVED = """
from tests.serve.test_app import PREDICTOR
from fledge.serve.app import build_app
loop()
before = threads()
build_app(PREDICTOR)
assert threads() == before - 2
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted on Linux")
@pytest.mark.parametrize("code", [_ENDED, _AGAIN, _SERVED], ids=["they end", "and come again", "an app ends them"])
def test_helpers_end(code: str) -> None:
    command = [sys.executable, "-c", _START + code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_than_on_linux_nothing_is_done(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert end_own_helpers() is False


def test_another_kind_of_openmp_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert end_own_helpers() is False
