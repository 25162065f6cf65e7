"""One line for masks: looked at, trained, and called from a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fledge.cli.main import run
from fledge.core.errors import DataError, UsageError
from fledge.jobs.check import check
from fledge.jobs.train import dry_run, train
from fledge.jobs.trained import Trained
from fledge.predictor.model_file import load
from tests.jobs.runs import QUICK
from tests.masks import NAMES, make_masks

PARTS = ("train", "train", "val", "test")


@pytest.fixture(scope="module")
def balls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of balls with masks, divided in three parts, and a file that names the classes."""
    folder = make_masks(tmp_path_factory.mktemp("data") / "balls", 32, parts=PARTS)
    (folder / "codes.txt").write_text("\n".join(NAMES))
    return folder


@pytest.fixture(scope="module")
def trained(balls: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return train(balls, out=tmp_path_factory.mktemp("runs"), **QUICK | {"size": 32, "epochs": 2, "model": "small"})


def test_a_look_tells_the_classes_and_how_much_each_covers(balls: Path) -> None:
    found = check(balls)
    assert (found.task, found.supported, found.errors) == ("image-segmentation", True, ())
    assert found.part_counts == {"train": 16, "valid": 8, "test": 8}
    assert set(found.shares) == set(NAMES)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert "3 classes: sky" in str(found)
    assert json.loads(found.to_json())["shares"] == dict(found.shares)


def test_what_is_wrong_with_masks_is_found_by_looking(tmp_path: Path) -> None:
    make_masks(tmp_path, 40)
    (tmp_path / "masks/001.png").unlink()
    (tmp_path / "masks/002.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Image.fromarray(np.zeros((48, 20), np.uint8)).save(tmp_path / "masks/003.png")
    Image.new("L", (4, 4)).save(tmp_path / "masks/over.png")
    (tmp_path / "codes.txt").write_text("\n".join([*NAMES, "bird"]))
    found = check(tmp_path)
    reasons = {Path(each.name).stem: each.reason for each in found.bad}
    assert set(reasons) == {"002", "003"}
    assert "003.png' is 20 × 48 and its picture 48 × 36" in reasons["003"]
    said = " / ".join(each.message for each in found.findings)
    for words in ("1 picture without a label", "masks without a picture are left out (1)", "no mask holds bird"):
        assert words in said


def test_masks_that_say_nothing_are_an_error(tmp_path: Path) -> None:
    make_masks(tmp_path, 8)
    for mask in (tmp_path / "masks").iterdir():
        Image.fromarray(np.zeros((36, 48), np.uint8)).save(mask)
    with pytest.raises(DataError, match="nearly all places of all masks are '0'"):
        dry_run(tmp_path, quiet=True)


def test_simple_things_come_first_and_the_test_part_last(trained: Trained) -> None:
    assert trained.task == "image-segmentation"
    assert trained.leaderboard["kind"].to_list() == ["rule", "classic", "network"]
    assert set(trained.leaderboard["count"]) == {8}
    assert "mean_iou" in trained.leaderboard.columns
    state = json.loads((trained.folder / "run.json").read_text())
    assert set(state["test"]) == {"mean_iou", "pixel_accuracy", "dice"}


def test_the_report_shows_classes_confusion_and_the_worst_pictures(trained: Trained) -> None:
    page = trained.report.read_text()
    for title in ("Class by class", "What is taken for what", "The worst pictures", "The worst pictures of each class"):
        assert title in page
    assert page.count('class="over"') >= 2
    assert "data:image/png" in page
    assert "<script" not in page
    assert len(page) < 2_000_000


def test_the_terminal_says_shares_and_writes_masks_only_when_asked(
    trained: Trained, balls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, model = str(next((balls / "val").iterdir())), load(trained.folder / "model.safetensors")
    monkeypatch.chdir(tmp_path)
    assert run(["predict", str(trained.folder), photo]) == 0
    assert capsys.readouterr().out == f"{photo}\t{model(photo)}\n"
    assert not list(tmp_path.iterdir())
    assert run(["predict", str(trained.folder), photo, photo, "--json", "--masks", "out"]) == 0
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert line.pop("input") == photo
    assert line == model(photo).as_dict()
    written = sorted(each.name for each in (tmp_path / "out").iterdir())
    assert written == [f"{Path(photo).stem}_mask-2.png", f"{Path(photo).stem}_mask.png"]
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / written[1])), model(photo).mask)
    assert run(["predict", str(trained.folder), photo, "--csv", "a.csv"]) == 0
    assert "answer ball" in (tmp_path / "a.csv").read_text()
    assert "counts ball" in (tmp_path / "a.csv").read_text()


def test_masks_are_not_written_for_answers_that_are_none(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = train(photos, out=tmp_path / "runs", **QUICK | {"model": "small"})
    assert run(["predict", str(made.folder), str(photos), "--masks", str(tmp_path / "out")]) == 2
    assert "does not answer with masks" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_codes_name_the_classes_from_another_place(balls: Path, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("air\nthing\nvoid\n")
    plan = dry_run(balls, quiet=True, codes=tmp_path / "names.txt", model="small")
    assert plan.codec.target.names == ("air", "thing")
    with pytest.raises(UsageError, match=r"there is no .*missing\.txt"):
        dry_run(balls, quiet=True, codes=tmp_path / "missing.txt")


def test_a_look_calls_the_classes_as_a_file_from_another_place_does(
    balls: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "names.txt").write_text("air\nthing\nfloor\n")
    assert run(["check", str(balls), "--codes", str(tmp_path / "names.txt"), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["shares"]) == {"air", "thing", "floor"}
    assert [each.kind for each in check(balls, codes=tmp_path / "missing.txt").errors] == ["codes"]
    with pytest.raises(UsageError, match="codes name the classes of masks"):
        check(photos, codes=tmp_path / "names.txt")


def test_a_terminal_looks_at_large_pictures_piece_by_piece(
    trained: Trained, balls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = next((balls / "val").iterdir())
    large = tmp_path / "large.png"
    Image.open(photo).resize((192, 144)).save(large)
    model = load(trained.folder / "model.safetensors")
    for said, tiles in (("auto", True), ("40x48", (40, 48))):
        assert (
            run(["predict", str(trained.folder), str(large), "--json", "--masks", str(tmp_path / said), "--tiles", said]) == 0
        )
        line = json.loads(capsys.readouterr().out)
        assert line == {"input": str(large), **model(large, tiles=tiles).as_dict()}
        assert np.array_equal(np.asarray(Image.open(tmp_path / said / "large_mask.png")), model(large, tiles=tiles).mask)
    assert run(["predict", str(trained.folder), str(large), "--tiles", "large"]) == 2
    assert "is no size of tiles" in capsys.readouterr().err
