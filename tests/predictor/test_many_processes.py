"""One model in many processes: each loads the file itself, and only paths and answers travel between them."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import numpy as np
from PIL import Image

import fledge
from tests.predictor.small import pictures, small_predictor


def answered(model: str, paths: list[str]) -> list[str]:
    """What docs/export.md runs in each process."""
    predictor = fledge.load(model).warm()
    return [predictor(path).to_json() for path in paths]


def test_processes_that_load_the_file_themselves_give_the_answers_of_one(tmp_path: Path) -> None:
    original = small_predictor()
    original.save(tmp_path / "small.safetensors")
    paths = [str(tmp_path / f"{place}.png") for place in range(4)]
    for path, picture in zip(paths, pictures(4), strict=True):
        Image.fromarray(np.asarray(picture)).save(path)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(answered, [(str(tmp_path / "small.safetensors"), part) for part in (paths[:2], paths[2:])])
    assert [*found[0], *found[1]] == [original(path).to_json() for path in paths]
