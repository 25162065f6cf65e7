"""The gain of bfloat16 is measured once and remembered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fledge.core import bfloat16
from fledge.core.bfloat16 import bfloat16_gain


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FLEDGE_HOME", str(tmp_path / "home"))
    bfloat16_gain.cache_clear()
    yield tmp_path / "home"
    bfloat16_gain.cache_clear()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The gains that will be measured, last one first."""
    gains = [3.0, 2.0]
    monkeypatch.setattr(bfloat16, "_measured", gains.pop)
    return gains


def test_a_real_measurement_gives_a_ratio() -> None:
    assert 0 < bfloat16._measured() < 100


def test_a_second_process_remembers(home: Path, measured: list[float]) -> None:
    assert bfloat16_gain() == 2.0
    bfloat16_gain.cache_clear()
    assert bfloat16_gain() == 2.0
    assert list(json.loads((home / "probe.json").read_text()).values()) == [2.0]
    assert [file.name for file in home.iterdir()] == ["probe.json"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b"\xff", b'{"a": "b"}', b"[" * 100_000])
def test_a_damaged_memory_is_measured_anew(home: Path, measured: list[float], damage: bytes) -> None:
    bfloat16_gain()
    (home / "probe.json").write_bytes(damage)
    bfloat16_gain.cache_clear()
    assert bfloat16_gain() == 3.0


def test_another_processor_is_measured_for_itself(monkeypatch: pytest.MonkeyPatch, measured: list[float]) -> None:
    bfloat16_gain()
    bfloat16_gain.cache_clear()
    monkeypatch.setattr(bfloat16, "_processor", lambda: "another")
    assert bfloat16_gain() == 3.0


def test_a_memory_that_cannot_be_written_does_no_harm(home: Path, measured: list[float]) -> None:
    home.write_text("a file where the folder should be")
    assert bfloat16_gain() == 2.0
