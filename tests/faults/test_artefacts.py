"""Spoilt model files do no harm."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fledge.core.errors import ModelFileError
from fledge.predictor.model_file import load
from tests.counts import count
from tests.faults.fuzz_artefacts import Watch, fuzz
from tests.faults.mutations import Parts
from tests.predictor.small import small_predictor


@pytest.mark.slow
@pytest.mark.promise("A1")
@pytest.mark.promise("A2")
def test_spoilt_files_run_nothing_and_end_in_one_error(tmp_path: Path) -> None:
    ends, faults, longest = fuzz(count(200, 100_000), seed=0, folder=tmp_path)
    assert faults == []
    assert longest < 2
    assert ends["refused"] > 0.5 * ends.total()
    assert ends["loaded"] > 0


@pytest.mark.promise("A1")
@pytest.mark.parametrize(
    "code", ["import antigravity", "exec('1')", "open('/etc/passwd').close()", "compile('1', 'a', 'eval')"]
)
def test_the_watch_sees_what_it_looks_for(code: str) -> None:
    watch = Watch("case")
    events = {"import": ("antigravity",), "exec": (None,), "open": ("/etc/passwd", "r", 0), "compile": ("1", "a")}
    with watch.watching() as seen:
        watch(code.split("(")[0].split()[0], events[code.split("(")[0].split()[0]])
    assert len(seen) == 1


@pytest.mark.promise("A4")
def test_a_thousand_flipped_bits_in_a_model_file_are_found(tmp_path: Path) -> None:
    small_predictor().save(tmp_path / "good")
    good = (tmp_path / "good").read_bytes()
    draw = random.Random(0)
    for _ in range(count(50, 1000)):
        bad = bytearray(good)
        bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(ModelFileError):
            load(tmp_path / "bad")


def test_an_unspoilt_file_put_together_again_is_loaded(tmp_path: Path) -> None:
    small_predictor().save(tmp_path / "good")
    (tmp_path / "again").write_bytes(Parts.of(tmp_path / "good").whole())
    load(tmp_path / "again", check=True)
