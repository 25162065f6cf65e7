"""Every task gives the same answers through every door: a call, the terminal, HTTP, and a table of many."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import soundfile

from fledge.cli.main import run
from fledge.predictor.predictor import Predictor
from fledge.serve.app import build_app
from fledge.serve.kinds import answer_kind
from fledge.tasks.table import TASKS
from tests.contract.many import many
from tests.contract.test_tasks import trained
from tests.counts import count
from tests.serve.calls import ask_now, png
from tests.tracks import as_csv


@dataclass
class Asked:
    """Inputs as they are called with, as they are sent over HTTP, and as they are named in a terminal."""

    values: list[Any]
    media: str
    bodies: list[bytes]
    named: list[str]


def asked(task: str, predictor: Predictor, folder: Path) -> Asked:
    """Inputs nobody has met, each in a file, or all as the rows of a table."""
    made, kind = many(task, count(6, 1000)), task.partition("-")[0]
    folder.mkdir()
    if kind == "likes":
        return Asked(made, "application/json", [json.dumps({"user": each}).encode() for each in made], [])
    if kind in ("table", "ratings"):
        pl.DataFrame(made).write_csv(folder / "rows.csv")
        if kind == "table":
            bodies = [{"row": each} for each in made]
        else:
            bodies = [{"user": each["userId"], "item": each["movieId"]} for each in made]
        return Asked(made, "application/json", [json.dumps(each).encode() for each in bodies], [str(folder / "rows.csv")])
    suffix, media = {"image": ("png", "image/png"), "sound": ("wav", "audio/wav"), "track": ("csv", "text/csv")}[kind]
    for place, each in enumerate(made):
        (folder / f"{place:04}.{suffix}").write_bytes(_file(each, kind, predictor))
    files = sorted(folder.iterdir())
    return Asked([*files], media, [each.read_bytes() for each in files], [str(folder)])


def _file(value: Any, kind: str, predictor: Predictor) -> bytes:
    if kind == "image":
        return png(value)
    if kind == "track":
        return as_csv(value).encode()
    file = io.BytesIO()
    soundfile.write(file, value, predictor.codec.input.rate, "FLOAT", format="WAV")
    return file.getvalue()


@pytest.mark.promise("F1")
@pytest.mark.parametrize("task", list(TASKS))
def test_every_door_gives_the_same_answers(task: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(tmp_path / "model.safetensors")
    predictor = trained(task, tmp_path)[0].export(model)
    inputs = asked(task, predictor, tmp_path / "asked")
    app = build_app(predictor)
    if task == "likes":
        alone = [predictor.recommend(each) for each in inputs.values]
    else:
        alone = [predictor(each) for each in inputs.values]
    for body, answer in zip(inputs.bodies, alone, strict=True):
        got = ask_now(app, "POST", "/predict", {"content-type": inputs.media}, body)
        assert got.json == {"answers": [json.loads(json.dumps(answer_kind(predictor).said(answer)))]}
    if task == "likes":
        for user, answer in zip(inputs.values, alone, strict=True):
            assert run(["predict", model, "--user", str(user), "--json"]) == 0
            assert capsys.readouterr().out == answer.to_json() + "\n"
        return
    for more, answers in ([], predictor(inputs.values)), (["--bs", "1"], alone):
        if more and task.startswith(("table", "ratings")):
            continue  # rows are answered as one table
        assert run(["predict", model, *inputs.named, "--json", *more]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [{**line, "input": ""} for line in lines] == [{"input": "", **json.loads(each.to_json())} for each in answers]
