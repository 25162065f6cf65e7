"""A model as a program of torch's: what is written, and what is refused. Only tests read such files."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from torch import Tensor

from fledge.core.errors import ModelFileError, UsageError
from fledge.models.architecture import Custom
from fledge.predictor.torch_export import ABOUT, Program, export_torch
from fledge.predictor.torch_snippet import torch_snippet
from tests.predictor.small import pictures, small_predictor


def test_it_takes_any_number_of_pictures_of_any_size() -> None:
    predictor = small_predictor()
    program, numbers = Program.of(predictor), np.random.default_rng(0)
    for count, size in ((1, (40, 48)), (1, (1, 1)), (5, (90, 20)), (2, (300, 400))):
        given = numbers.integers(0, 256, (count, *size, 3), dtype=np.uint8)
        [found] = program.run([given])
        for row, answer in zip(found, predictor(list(given)), strict=True):
            assert dict(zip(predictor.classes, row.tolist(), strict=True)) == pytest.approx(answer.probabilities, abs=1e-4)


def test_the_file_runs_with_torch_alone_and_says_what_it_holds(tmp_path: Path) -> None:
    predictor, path = small_predictor(), tmp_path / "small.pt2"
    done = export_torch(predictor, path, items=pictures(3))
    assert (done.comparison.same, done.comparison.count, done.bytes) == (5, 5, path.stat().st_size)
    (tmp_path / "run.py").write_text(torch_snippet(path, done.program))
    code = f"import sys, runpy; sys.modules['fledge'] = None; runpy.run_path({str(tmp_path / 'run.py')!r})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    said = {name: float(share) for name, share in (line.split() for line in ran.stdout.splitlines())}
    assert said == pytest.approx(predictor(np.zeros((40, 48, 3), np.uint8)).probabilities, abs=1e-4)


def test_the_words_lie_in_the_archive_for_whoever_opens_it(tmp_path: Path) -> None:
    export_torch(small_predictor(), tmp_path / "small.pt2")
    with ZipFile(tmp_path / "small.pt2") as archive:
        [name] = [each for each in archive.namelist() if each.endswith(ABOUT)]
        about = json.loads(archive.read(name))
    assert (about["inputs"], about["saying"]["names"]) == (["pixels"], ["bird", "forest", "night"])
    assert (about["card"]["name"], about["compared"]["count"]) == ("small", 2)


def test_what_answers_otherwise_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = small_predictor()
    whole = type(predictor.task).readable

    def otherwise(self: Any, outputs: Tensor, codec: Any) -> Tensor:
        return whole(self, outputs if torch.compiler.is_exporting() else outputs * 1.5, codec)

    monkeypatch.setattr(type(predictor.task), "readable", otherwise)
    with pytest.raises(ModelFileError, match="does not give the answers of the original"):
        export_torch(predictor, tmp_path / "a.pt2")
    assert list(tmp_path.iterdir()) == []


def test_a_network_of_one_s_own_and_another_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its network, Mine, is code of your own"):
        export_torch(replace(small_predictor(), architecture=Custom("Mine")), tmp_path / "a.pt2")
    with pytest.raises(UsageError, match=r"let it end in \.pt2"):
        export_torch(small_predictor(), tmp_path / "a.onnx")
