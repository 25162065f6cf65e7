"""`fledge inspect` and `fledge doctor`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fledge.cli.main import run
from fledge.jobs import doctor
from tests.predictor.small import small_predictor


def test_a_model_says_what_it_is_and_passes_its_own_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = small_predictor().save(tmp_path / "bird.safetensors")
    assert run(["inspect", str(tmp_path / "bird.safetensors")]) == 0
    said = capsys.readouterr().out
    for words in ("image classification", "3 classes: bird, forest, night", "87.5 % of 8", digest, "passed: 2 stored examples"):
        assert words in said


def test_json_holds_the_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_predictor().save(tmp_path / "model.safetensors")
    assert run(["inspect", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["classes"], found["card"]["figures"]["accuracy"]["count"]) == (["bird", "forest", "night"], 8)


def test_a_model_that_answers_otherwise_than_it_did_is_status_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = small_predictor()
    assert good.examples is not None
    other = replace(good, examples=replace(good.examples, outputs=torch.roll(good.examples.outputs, 1, 1)))
    other.save(tmp_path / "odd.safetensors")
    assert run(["inspect", str(tmp_path / "odd.safetensors")]) == 4
    assert "does not give the outputs it gave when it was saved" in capsys.readouterr().out


def test_a_damaged_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bird.safetensors"
    small_predictor().save(path)
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    assert run(["inspect", str(path)]) == 4
    assert "damaged" in capsys.readouterr().err


def test_the_doctor_names_device_cache_and_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_EXTRAS", {"serve": (("no-such-package",), "a model behind HTTP")})
    assert run(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"Machine", "Torch", "Device", "Numbers", "Cache"} <= set(found["facts"])
    assert found["missing"] == ["no-such-package for a model behind HTTP: pip install 'fledge[serve]'"]


def test_the_doctor_ends_with_7_where_fledge_can_not_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_BASE", ("torch", "no-such-package"))
    assert run(["doctor"]) == 7
    assert "no-such-package is not installed" in capsys.readouterr().out
