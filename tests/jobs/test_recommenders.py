"""One line for ratings and likes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fledge.core.errors import DataError, UsageError
from fledge.jobs.check import check
from fledge.jobs.row_options import RowOptions
from fledge.jobs.train import dry_run, train
from fledge.predictor.model_file import load
from tests.ratings import ratings, write_ratings


def trained(folder: Path, source: Any, **choices: Any) -> Any:
    return train(source, out=folder / "runs", quiet=True, device="cpu", precision="float32", epochs=1, **choices)


def test_ratings_are_known_by_the_names_of_their_columns(tmp_path: Path) -> None:
    rated, _ = write_ratings(tmp_path)
    found = check(rated)
    assert (found.task, found.errors) == ("ratings", ())
    assert found.ratings is not None
    assert len(found.ratings.titles) == 40
    words = str(found)
    assert "60 people" in words
    assert "movies.csv, which lies beside" in words
    assert "--latest 'timestamp'" in words
    assert found.as_dict()["columns"]["user"] == "userId"


def test_titles_are_found_beside_a_file_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ratings(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "movies.csv, which lies beside" in str(check("ratings.csv"))
    assert "lies beside" not in str(check(ratings()))


def test_rows_without_ratings_are_likes_and_ratings_can_be_taken_so() -> None:
    assert check(ratings().drop("rating")).task == "likes"
    assert check(ratings(), rows=RowOptions(likes=True)).task == "likes"
    assert check(ratings(), target=["rating"]).task.startswith("table-")


def test_columns_of_any_name_can_be_said() -> None:
    frame = ratings().rename({"userId": "a", "movieId": "b", "rating": "c", "timestamp": "d"})
    found = check(frame, rows=RowOptions(user="a", item="b", rating="c", latest="d"))
    assert found.task == "ratings"
    assert "by 'd' held back" in found.split


def test_what_is_wrong_with_ratings_is_found() -> None:
    frame = ratings().with_columns(rating=pl.when(pl.int_range(pl.len()) % 5 == 0).then(None).otherwise("rating"))
    assert [each.kind for each in check(frame).errors] == ["many_bad"]
    assert [each.kind for each in check(ratings().with_columns(rating=pl.lit(1.0))).errors] == ["one_rating"]
    assert [each.kind for each in check(ratings().with_columns(movieId=pl.lit(1))).errors] == ["one_item"]
    twice = check(pl.concat([ratings(), ratings()]))
    assert "again" in [each.kind for each in twice.findings]
    assert sum(twice.part_counts.values()) == ratings().height


def test_what_is_about_other_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="about ratings, and these rows are none"):
        check(pl.DataFrame({"a": [1, 2], "b": [1, 2]}), rows=RowOptions(last=3))
    with pytest.raises(UsageError, match="group are about tables"):
        check(ratings(), rows=RowOptions(group="userId"))
    with pytest.raises(UsageError, match="--model product"):
        dry_run(write_ratings(tmp_path)[0], quiet=True, model="resnet18")
    with pytest.raises(UsageError, match="size is about pictures"):
        dry_run(write_ratings(tmp_path)[0], quiet=True, size=64)


def test_one_line_gives_a_function_that_recommends(tmp_path: Path) -> None:
    rated, _ = write_ratings(tmp_path / "films")
    run = trained(tmp_path, rated)
    assert run.task == "ratings"
    assert run.leaderboard.height == 8
    model = load(run.folder / "model.safetensors", check=True)
    had = set(ratings().filter(pl.col("userId") == 5)["movieId"].cast(pl.String))
    assert not had & {each.item for each in model.recommend(5, 10)}
    page = run.report.read_text()
    for words in ("Errors over the range", "What is recommended", "Recall@10", "Story", "recommend(", "--liked"):
        assert words in page
    assert (run.folder / "example.csv").is_file()


def test_likes_are_judged_by_what_is_put_first(tmp_path: Path) -> None:
    run = trained(tmp_path, ratings(), task="likes", last=3)
    assert run.task == "likes"
    assert "recall@10" in run.leaderboard.columns
    assert "What is recommended" in run.report.read_text()


def test_a_test_table_is_used_once_at_the_end(tmp_path: Path) -> None:
    rated, _ = write_ratings(tmp_path / "films")
    ratings().tail(100).write_csv(tmp_path / "last.csv")
    run = trained(tmp_path, rated, test=tmp_path / "last.csv", model="product")
    assert "test_rmse" in load(run.folder / "model.safetensors").card.figures
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="has no 'userId'"):
        trained(tmp_path, rated, test=tmp_path / "other.csv")
