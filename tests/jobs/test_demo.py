"""Something to try without data of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from fledge.core.errors import UsageError
from fledge.jobs.check import check
from fledge.jobs.demo import prepared, typed
from fledge.jobs.train import train


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    prepared("digits", folder)
    return folder


def test_digits_are_written_as_pictures_in_a_folder_each(place: Path) -> None:
    found = check(place / "digits")
    assert found.task == "image-classification"
    assert sorted(found.classes) == [str(digit) for digit in range(10)]
    assert found.part_counts == {"train": 1198, "valid": 300, "test": 299}


def test_the_commands_are_those_a_user_would_type(place: Path) -> None:
    count, commands = prepared("digits", place)
    assert count == 1797
    assert [command[0] for command in commands] == ["check", "train", "predict"]
    assert typed(commands[1]) == f"fledge train {place / 'digits'} --out {place / 'runs'}"
    assert all(Path(file).is_file() for file in commands[2][2:])


def test_a_second_demo_calls_the_second_run(place: Path, tmp_path: Path) -> None:
    prepared("digits", tmp_path)
    (tmp_path / "runs" / "digits").mkdir(parents=True)
    assert prepared("digits", tmp_path)[1][2][1] == str(tmp_path / "runs" / "digits-2")


def test_a_folder_that_no_demo_wrote_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "digits").mkdir()
    with pytest.raises(UsageError, match="not written by a demo"):
        prepared("digits", tmp_path)
    with pytest.raises(UsageError, match="unknown demo 'letters'"):
        prepared("letters", tmp_path)


@pytest.mark.slow
def test_a_small_network_reads_digits(place: Path, tmp_path: Path) -> None:
    trained = train(place / "digits", out=tmp_path, model="small", device="cpu", quiet=True)
    assert trained.leaderboard["accuracy"][-1] >= 0.98
    assert trained.model.card.figures["test_accuracy"].value >= 0.97


def test_made_up_movements_are_written_as_tables_in_a_folder_each(tmp_path: Path) -> None:
    count, commands = prepared("movements", tmp_path)
    found = check(tmp_path / "movements")
    assert (count, found.task, found.part_counts) == (80, "track-classification", {"train": 51, "valid": 13, "test": 16})
    assert "time from 'time_ms'" in found.because
    assert len(commands[2]) == 2 + 6


def test_made_up_passengers_are_written_as_tables(tmp_path: Path) -> None:
    count, commands = prepared("passengers", tmp_path)
    found = check(tmp_path / "passengers", target=["lived"])
    assert (count, found.task) == (1200, "table-classification")
    assert found.part_counts == {"train": 720, "valid": 180, "test": 300}
    assert found.rows is not None
    assert {each.name: each.kind for each in found.rows.kinds}["ticket"] == "id"
    assert commands[2][-1].endswith("runs/passengers/example.csv")


def test_ratings_are_made_up_the_same_every_time_and_are_taken_for_ratings(tmp_path: Path) -> None:
    count, commands = prepared("ratings", tmp_path)
    found = check(tmp_path / "ratings")
    assert (found.task, found.errors) == ("ratings", ())
    assert found.ratings is not None
    assert found.ratings.frame.height == count > 3000
    assert len(found.ratings.titles) == 120
    assert commands[3][2:4] == ["--liked", next(iter(found.ratings.titles.values()))]
