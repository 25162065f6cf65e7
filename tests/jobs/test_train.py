"""One line, from data to a function."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fledge.core.errors import DataError, FledgeError, TrainingError, UnknownName, UsageError
from fledge.jobs.train import dry_run, named_after, train
from fledge.jobs.trained import Trained
from fledge.predictor.model_file import load
from tests.counts import count
from tests.faults.broken_pictures import BROKEN, make_corpus
from tests.jobs.runs import QUICK, quick
from tests.photos import make_photos


@pytest.fixture(scope="module")
def trained(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return quick(photos, tmp_path_factory.mktemp("runs"))


def test_what_comes_out_is_called_like_a_function(trained: Trained, photos: Path) -> None:
    assert str(trained(photos / "bird" / "bird_000.jpg")).startswith("bird")
    assert [each.label for each in trained([photos / "forest" / "forest_001.jpg"])] == ["forest"]


def test_the_file_that_is_kept_answers_as_what_came_out(trained: Trained, photos: Path) -> None:
    kept = load(trained.folder / "model.safetensors", check=True)
    photo = photos / "bird" / "bird_003.jpg"
    assert kept(photo) == trained(photo)
    assert kept.card.figures["accuracy"].count == 8


def test_the_simple_things_are_tried_first(trained: Trained) -> None:
    assert trained.leaderboard["kind"].to_list() == ["rule", "classic", "classic", "classic", "network"]
    assert trained.leaderboard["model"][0].startswith("always ")
    assert set(trained.leaderboard["count"]) == {8}


def test_the_simplest_that_is_not_beaten_is_kept(trained: Trained) -> None:
    assert trained.winner == trained.leaderboard["model"][1]
    assert trained.winner in trained.verdict


def test_a_run_folder_holds_all_there_is_to_know(trained: Trained) -> None:
    names = {path.name for path in trained.folder.iterdir()}
    assert names == {".lock", "run.json", "model.safetensors", "report.html", "history.csv", "scores.csv", "bad_files.csv"}
    state = json.loads((trained.folder / "run.json").read_text())
    assert state["winner"] == trained.winner
    assert state["found"] == {"device": "cpu", "precision": "float32"}
    with (trained.folder / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert set(rows[0]) == {"item", *trained.leaderboard["model"]}
    with (trained.folder / "history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0"]


def test_nothing_of_an_earlier_run_is_written_over(trained: Trained, photos: Path) -> None:
    before = (trained.folder / "run.json").read_bytes()
    again = quick(photos, trained.folder.parent)
    assert again.folder.name == f"{trained.folder.name}-2"
    assert (trained.folder / "run.json").read_bytes() == before


def test_the_network_asked_for_is_kept_whatever_is_simpler(photos: Path, tmp_path: Path) -> None:
    assert quick(photos, tmp_path, model="small").winner == "small network, from nothing"


def test_data_kept_apart_are_used_for_a_last_test(photos: Path, tmp_path: Path) -> None:
    apart = make_photos(tmp_path / "apart", each=5, seed=1)
    trained = quick(photos, tmp_path, test=apart)
    assert trained.model.card.figures["test_accuracy"].count == 10
    assert json.loads((trained.folder / "run.json").read_text())["test"]["accuracy"] == 1.0


def test_files_that_cannot_be_read_are_listed(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "photos", each=12)
    (photos / "bird" / "broken.jpg").write_bytes(b"no picture")
    folder = quick(photos, tmp_path).folder
    assert "broken.jpg" in (folder / "bad_files.csv").read_text()


@pytest.mark.slow
@pytest.mark.promise("C1")
def test_pictures_broken_in_any_way_are_listed_and_stop_no_training(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "photos", good=count(50, 1900), broken=count(len(BROKEN), 100))
    folder = quick(tmp_path / "photos", tmp_path, model="small", on_bad="skip").folder
    with (folder / "bad_files.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["item"]: row["reason"] for row in csv.DictReader(file)}
    assert rows.keys() == {str(path) for path in corpus.broken}
    assert all(rows.values())


def test_lines_are_said_on_stderr_or_where_they_are_wanted_or_not_at_all(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    train(photos, out=tmp_path, say=said.append, **QUICK | {"quiet": False})
    assert capsys.readouterr() == ("", "")
    assert any(line.startswith("Task") for line in said)
    assert any(line.startswith("Saved") for line in said)
    train(photos, out=tmp_path, **QUICK | {"quiet": False})
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.splitlines()[0] == said[0]
    quick(photos, tmp_path)
    assert capsys.readouterr() == ("", "")


def test_a_dry_run_says_what_would_be_tried_and_writes_nothing(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    dry_run(photos, say=said.append, size=16, epochs=7)
    assert any("small network, from nothing" in line and "7 epochs" in line for line in said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("choices", "error", "words"),
    [
        ({"epoch": 3}, UnknownName, "did you mean 'epochs'"),
        ({"task": "image-clasification"}, UnknownName, "did you mean 'image-classification'"),
        ({"task": "table-regression"}, UsageError, "not learned from pictures"),
        ({"task": "image-regression"}, DataError, "labels don't fit image-regression, such as 'bird'"),
        ({"model": "resnet81"}, UnknownName, "did you mean 'resnet18'"),
        ({"model": "small", "weights": "any"}, UsageError, "takes no weights"),
        ({"weights": "nowhere.safetensors"}, UsageError, "there is no nowhere.safetensors"),
        ({"test": "nowhere"}, UsageError, "there is no nowhere"),
        ({"valid": 1.5, "lr": -1.0}, UsageError, r"valid=1.5 .*; lr=-1.0"),
        ({"device": "gpu"}, UnknownName, "unknown device 'gpu'"),
        ({"precision": "float8"}, UnknownName, "unknown precision"),
        ({"target": "species"}, UnknownName, "unknown column 'species'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_made(
    choices: dict[str, object], error: type[FledgeError], words: str, photos: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words):
        quick(photos, tmp_path, **choices)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_weights_of_another_network_are_refused_before_anything_is_made(photos: Path, tmp_path: Path) -> None:
    from fledge.core.errors import ModelFileError
    from fledge.core.tensorfile import write_tensors
    from fledge.models.bodies import Body

    file = tmp_path / "resnet10t.safetensors"
    write_tensors(file, Body("resnet10t").build().state_dict(), {})
    with pytest.raises(ModelFileError, match="does not hold the weights of mobilenetv3_small_050"):
        quick(photos, tmp_path / "runs", model="mobilenetv3_small_050", weights=file)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("labels", "words"), [((), "holds no files"), (("bird",), "put them in one folder for each label")])
def test_data_that_teach_nothing_are_refused(labels: tuple[str, ...], words: str, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    make_photos(tmp_path / "photos", labels, each=4)
    with pytest.raises(DataError, match=words):
        quick(tmp_path / "photos", tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_network_there_is_no_time_for_is_said_and_one_that_was_asked_for_is_an_error(photos: Path, tmp_path: Path) -> None:
    said: list[str] = []
    trained = train(photos, out=tmp_path, say=said.append, **QUICK | {"quiet": False, "time": 0.01})
    assert trained.winner.startswith("always")
    assert any("not tried" in line for line in said)
    with pytest.raises(TrainingError, match="small was not trained"):
        quick(photos, tmp_path, model="small", time=0.01)


def test_a_run_is_named_after_its_data(tmp_path: Path) -> None:
    assert named_after(tmp_path / "birds") == "birds"
    assert quick_name(tmp_path) == "my_run"


def quick_name(tmp_path: Path) -> str:
    photos = make_photos(tmp_path / "photos", each=8)
    return quick(photos, tmp_path, name="My_run").folder.name
