"""One line, for a table of many movements, and for the question whether one is the owner's."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from PIL import Image

import fledge as library
from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.jobs.check import check
from fledge.jobs.measuring import measured, tuned
from fledge.jobs.reproduce import reproduce
from fledge.jobs.row_options import RowOptions
from fledge.jobs.track_options import TrackOptions
from fledge.jobs.train import dry_run
from fledge.jobs.trained import Trained
from fledge.predictor.predictor import Predictor
from fledge.scoring.measures import equal_error
from fledge.tasks.answer import Verified
from fledge.tasks.track_verification import TrackVerification
from tests.cli.commands import fledge
from tests.jobs.runs import quick
from tests.tracks import as_table, make_tracks


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "sessions.csv"
    as_table().write_csv(file)
    return file


@pytest.fixture(scope="module")
def owned(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return quick(table, tmp_path_factory.mktemp("runs"), size=24, owner="jerky")


def test_a_table_of_many_movements_is_known_for_what_it_is(table: Path) -> None:
    found = check(table)
    assert (found.kind, found.task, len(found.files)) == ("track", "track-classification", 24)
    assert found.classes == {"curved": 12, "jerky": 12}
    assert "the track that 'session' names (--track), whose label is in 'person' (--target)" in found.because
    assert "time from 'time', x from 'x', y from 'y', state from 'pressed'" in found.because
    assert not found.findings


def test_columns_under_other_names_are_said(tmp_path: Path) -> None:
    frame = as_table().rename({"session": "which", "person": "by", "x": "across", "y": "down"})
    said = TrackOptions(track="which", columns=("x=across", "y=down"))
    assert check(frame, target=["by"]).kind == "table"
    assert check(frame, target=["by"], tracks=said).classes == {"curved": 12, "jerky": 12}
    with pytest.raises(UnknownName, match="part of a movement 'z'"):
        TrackOptions(columns=("z=depth",))
    with pytest.raises(UsageError, match="which column says whose movement"):
        check(frame, tracks=said)


def test_columns_of_files_under_other_names_are_said_too(tmp_path: Path) -> None:
    folder = make_tracks(tmp_path / "people", each=8, events=30)
    for file in folder.rglob("*.csv"):
        file.write_text(file.read_text().replace("time,x,y", "time,across,down"))
    assert check(folder).kind != "track"
    plan = dry_run(folder, columns={"x": "across", "y": "down"}, quiet=True)
    assert plan.checked.kind == "track"
    assert plan.codec.input.columns.x == "across"


def test_rows_whose_label_changes_within_a_session_are_rows(table: Path) -> None:
    frame = pl.read_csv(table).with_columns(person=pl.int_range(pl.len()) % 2)
    assert check(frame, target=["person"]).kind == "table"
    with pytest.raises(DataError, match="several labels in 'person'"):
        check(frame, tracks=TrackOptions(track="session"))


def test_a_table_beside_pictures_and_files_of_the_same_names_is_still_a_table_of_movements(tmp_path: Path) -> None:
    make_tracks(tmp_path / "tracks")
    for index in range(30):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{index}.png")
    as_table().write_csv(tmp_path / "sessions.csv")
    assert check(tmp_path / "sessions.csv").kind == "track"


def test_a_table_of_movements_is_taken_for_rows_where_that_is_asked_for(table: Path) -> None:
    assert dry_run(table, task="table-classification", target="person", quiet=True).checked.kind == "table"


def test_a_movement_that_can_not_be_read_is_set_aside_under_its_name() -> None:
    frame = as_table(each=20)
    backwards = frame.with_columns(time=pl.when(pl.col("session") == "jerky_003").then(-pl.col("time")).otherwise("time"))
    found = check(backwards)
    assert [(each.name, each.reason.partition(":")[0]) for each in found.bad] == [
        ("session jerky_003", "time goes backwards in event 1")
    ]
    assert "'session jerky_003': time goes backwards" in str(found)


def test_rows_of_no_movement_and_movements_that_are_there_twice_are_said() -> None:
    frame = as_table()
    again = frame.filter(pl.col("session") == "curved_001").with_columns(session=pl.lit("again"))
    nobody = frame[:7].with_columns(session=pl.lit(None, pl.String))
    found = check(pl.concat([frame, again, nobody]))
    kinds = [each.kind for each in found.findings]
    assert "no_track" in kinds
    assert "session curved_001" in next(each.message for each in found.findings if each.kind in ("twins", "leak"))


def test_a_column_may_say_which_movements_are_held_back(table: Path) -> None:
    frame = pl.read_csv(table).with_columns(
        role=pl.when(pl.col("session").str.ends_with("1")).then(pl.lit("valid")).otherwise(pl.lit("train"))
    )
    found = check(frame, rows=RowOptions(part="role"))
    assert found.part_counts == {"train": 20, "valid": 4}
    with pytest.raises(UsageError, match="group: the rows of the frame are events"):
        check(frame, rows=RowOptions(group="role"))


def test_what_is_said_of_movements_is_refused_where_there_are_none(tmp_path: Path) -> None:
    rows = pl.DataFrame({"a": range(20), "b": ["x", "y"] * 10})
    with pytest.raises(UsageError, match="owner: this is about movements"):
        check(rows, tracks=TrackOptions(owner="x"))
    folder = make_tracks(tmp_path / "people", each=8, events=30)
    with pytest.raises(UsageError, match="a file for each movement"):
        check(folder, tracks=TrackOptions(track="session"))


def test_a_table_of_movements_becomes_a_function(table: Path, tmp_path: Path) -> None:
    trained = quick(table, tmp_path, size=24)
    example = trained.folder / "example.csv"
    assert trained.task == "track-classification"
    assert pl.read_csv(example).columns == ["time", "x", "y", "pressed"]
    assert trained(str(example)).label in ("curved", "jerky")
    assert reproduce(trained.folder, quiet=True).agrees


def test_a_frame_and_a_table_kept_for_the_last_test_are_taken(table: Path, tmp_path: Path) -> None:
    trained = quick(as_table(), tmp_path, size=24, test=as_table(each=3, events=90), model="small")
    assert library.load(trained.folder / "model.safetensors").card.figures["test_accuracy"].count == 6


def test_whether_it_is_the_owner_is_one_line(owned: Trained, table: Path) -> None:
    assert owned.task == "track-verification"
    kinds = owned.leaderboard["kind"].to_list()
    assert kinds == ["rule", "classic", "classic", "classic", "network"]
    assert max(owned.leaderboard["roc_auc"].to_list()) > 0.8
    frame = pl.read_csv(table)
    sessions = {who: frame.filter(pl.col("session") == f"{who}_004").drop("session", "person") for who in ("curved", "jerky")}
    answers = {who: owned(session) for who, session in sessions.items()}
    assert all(isinstance(each, Verified) for each in answers.values())
    assert (bool(answers["jerky"]), bool(answers["curved"])) == (True, False)


def test_the_report_of_an_owner_shows_the_error_of_both_kinds(owned: Trained) -> None:
    page = owned.report.read_text()
    for words in ("movement verification", "of jerky, turned away", "of others, let in", "equal error rate"):
        assert words in page


def test_simple_things_have_a_threshold_of_equal_error_as_networks_have(table: Path) -> None:
    plan = dry_run(table, owner="jerky", quiet=True)
    forest = next(each for each in plan.candidates if "forest" in each.name).fit(plan.train, 0)
    plain = Predictor(plan.task, plan.codec, forest.model, forest.architecture)
    found = measured([(plain, plan.valid)]).predictions
    assert found.targets is not None
    _, threshold = equal_error(found.probabilities[:, 1].double(), found.targets == 1)
    task = tuned(plain, plan.valid).task
    assert isinstance(task, TrackVerification)
    assert task.threshold == pytest.approx(threshold, abs=1e-6)
    assert task.threshold != plain.task.threshold  # type: ignore[attr-defined]


def test_an_owner_nobody_is_called_and_a_question_without_an_owner_are_refused(table: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'jerky'"):
        check(table, tracks=TrackOptions(owner="jerki"))
    with pytest.raises(UsageError, match="whose movements are meant"):
        dry_run(table, task="track-verification", quiet=True)


def test_a_held_back_part_without_the_owner_chooses_no_threshold(table: Path) -> None:
    late = pl.col("session").is_in(["curved_001", "curved_002"])
    frame = pl.read_csv(table).with_columns(role=pl.when(late).then(pl.lit("valid")).otherwise(pl.lit("train")))
    found = check(frame, rows=RowOptions(part="role"), tracks=TrackOptions(owner="jerky"))
    assert [each.message for each in found.errors] == ["nothing held back is of 'jerky'"]


def test_a_terminal_looks_at_the_owner_and_answers_each_movement_of_a_table(owned: Trained, table: Path) -> None:
    looked = fledge("check", table, "--owner", "jerky")
    assert looked.returncode == 0
    assert "track verification" in looked.stdout
    told = fledge("predict", owned.folder, table, "--track", "session", "--json")
    assert told.returncode == 0
    assert len(told.stdout.splitlines()) == 24
    assert "session jerky_000" in told.stdout
