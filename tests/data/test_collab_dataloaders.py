"""Ratings and likes as batches."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.data.collab_columns import find_columns, titles_of
from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.data.dataloaders import DataLoaders
from fledge.data.last_split import LastSplitter
from fledge.data.loader import Loader
from tests.ratings import ratings, write_ratings


def made(frame: Any = None, **options: Any) -> DataLoaders:
    return CollabDataLoaders.from_df(ratings() if frame is None else frame, device="cpu", seed=1, **options)


def _by_item(loader: Any) -> dict[int, list[int]]:
    batches = loader.epoch(3, train=True)
    return {int(i): row for batch in batches for i, row in zip(batch.items, batch.inputs.tolist(), strict=True)}


def pairs(loader: Any) -> set[tuple[int, int]]:
    return {tuple(map(int, row.values())) for row in loader.samples.inputs}  # type: ignore[misc]


def test_every_rating_is_on_one_side_and_what_is_encoded_is_what_was_given() -> None:
    dls, frame = made(bs=32), ratings()
    assert dls.train.count + dls.valid.count == frame.height
    assert pairs(dls.train) | pairs(dls.valid) == set(frame.select("userId", "movieId").rows())
    assert isinstance(dls.train, Loader)
    batch = dls.train.pick([0, 5])
    row = dls.train.samples[5]
    assert dls.codec is not None
    assert torch.equal(batch.inputs[1], dls.codec.input.encode(row.input))
    assert batch.targets[1] == row.target


def test_a_file_with_its_items_says_what_things_are_called(tmp_path: Path) -> None:
    rated, items = write_ratings(tmp_path)
    dls = CollabDataLoaders.from_csv(rated, items=items, device="cpu", seed=1)
    assert dls.codec is not None
    assert dls.codec.input.decode(dls.codec.input.encode((1, 10)))["movieId"].endswith("Story 1")


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["userId", "movieId", "rating", "timestamp"], "user 'userId', item 'movieId', rating 'rating', time 'timestamp'"),
        (["User-ID", "ISBN", "Book-Rating"], "user 'User-ID', item 'ISBN', rating 'Book-Rating'"),
        (["anime_id", "score", "user_id"], "user 'user_id', item 'anime_id', rating 'score'"),
        (["a", "b", "c"], "user 'a', item 'b', rating 'c'"),
        (["a", "b"], "user 'a', item 'b', no rating: each row is a like"),
        (["customer", "product", "date"], "user 'customer', item 'product', no rating: each row is a like, time 'date'"),
    ],
)
def test_columns_are_found_by_their_usual_names_or_their_order(columns: list[str], found: str) -> None:
    assert str(find_columns(pl.DataFrame({name: [1, 2] for name in columns}))) == found


def test_columns_can_be_said() -> None:
    frame = pl.DataFrame({"x": [1, 2], "y": [3, 4], "z": [0.5, 1.0], "rating": [9, 9]})
    assert str(find_columns(frame, "y", "x", "z")) == "user 'y', item 'x', rating 'z'"
    with pytest.raises(UnknownName, match="did you mean 'rating'"):
        find_columns(frame, rating_name="ratin")
    with pytest.raises(UsageError, match="two things"):
        find_columns(frame, "x", "x")


def test_titles_need_a_column_that_says_them() -> None:
    assert titles_of(pl.DataFrame({"movieId": [1.0, 2.0], "title": ["A", None]}), "movieId") == {"1": "A"}
    with pytest.raises(DataError, match="what they are called"):
        titles_of(pl.DataFrame({"movieId": [1], "year": [1999]}), "movieId")


def test_of_a_pair_that_comes_up_again_the_latest_counts(caplog: pytest.LogCaptureFixture) -> None:
    twice = ratings().head(20).with_columns(rating=pl.lit(1.0), timestamp=pl.lit(1))
    late = ratings().head(20).slice(0, 5).with_columns(rating=pl.lit(9.0), timestamp=pl.lit(10**10))
    with caplog.at_level(logging.WARNING, "fledge"):
        dls = made(pl.concat([twice, ratings(), late], how="vertical_relaxed"))
    assert "25 rows are about a pair" in caplog.text
    assert dls.train.count + dls.valid.count == ratings().height
    known = [*dls.train.samples.targets, *dls.valid.samples.targets]  # type: ignore[union-attr,misc]
    assert known.count(9.0) == 5


def test_rows_without_a_rating_are_set_aside_and_listed(caplog: pytest.LogCaptureFixture) -> None:
    frame = ratings().with_columns(rating=pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise("rating"))
    with caplog.at_level(logging.WARNING, "fledge"):
        dls = made(frame)
    assert [str(each) for each in dls.bad] == [f"'row {place}': it has no rating" for place in range(3)]
    assert "3 of" in caplog.text
    with pytest.raises(DataError, match=r"3 of .* rows can't be used"):
        made(frame, on_bad="raise")


def test_not_a_number_and_infinity_are_no_ratings() -> None:
    frame = pl.DataFrame({"user": [1, 2] * 30, "item": range(60), "rating": [float("nan"), float("inf"), *[3.0, 4.0] * 29]})
    dls = made(frame)
    assert len(dls.bad) == 2
    with pytest.raises(DataError, match="can't be used"):
        made(frame.with_columns(rating=pl.lit(float("nan"))))
    with pytest.raises(DataError, match="holds no numbers"):
        made(frame.with_columns(rating=pl.lit("good")))


def test_one_person_alone_and_ids_as_words_are_learned_from() -> None:
    dls = made(
        pl.DataFrame({"user": ["ann"] * 30, "item": [f"film {n}" for n in range(30)], "rating": [n % 5 for n in range(30)]})
    )
    assert dls.codec is not None
    assert dls.codec.input.places[0] == 2


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(DataError, match="no rows"):
        made(ratings().clear())


def test_the_latest_rows_are_held_back_if_asked_for() -> None:
    dls, frame = made(time=True), ratings()
    latest = set(frame.sort("timestamp").tail(dls.valid.count).select("userId", "movieId").rows())
    assert pairs(dls.valid) == latest
    with pytest.raises(UsageError, match="when it was"):
        made(ratings().drop("timestamp"), time=True)
    with pytest.raises(UsageError, match="give one of them"):
        made(time=True, last=2)


def test_the_last_of_everybody_are_held_back_if_asked_for() -> None:
    dls, frame = made(last=2), ratings()
    counts = {who: n for who, n in frame.group_by("userId").len().rows() if n > 2}
    assert dls.valid.count == 2 * len(counts)
    last = frame.sort("timestamp").group_by("userId").tail(2).filter(pl.col("userId").is_in(list(counts)))
    assert pairs(dls.valid) == set(last.select("userId", "movieId").rows())
    with pytest.raises(DataError, match="nobody has more"):
        LastSplitter("who", 3)([{"who": 1}, {"who": 1}])


def test_the_order_and_what_is_drawn_beside_likes_are_a_function_of_seed_and_epoch() -> None:
    first, second = made(ratings().drop("rating"), bs=16), made(ratings().drop("rating"), bs=64)
    assert isinstance(first.train, Loader)
    assert isinstance(second.train, Loader)
    one, two = (_by_item(dls.train) for dls in (first, second))
    assert one == two
    assert {len(row) for row in one.values()} == {18}


def test_of_likes_everybody_with_something_held_back_is_asked_about_once() -> None:
    dls = made(ratings(), likes=True)
    assert isinstance(dls.valid, Loader)
    batch = next(dls.valid.epoch(0, train=False))
    assert batch.inputs.shape == (dls.valid.count, 1)
    assert dls.codec is not None
    had = dls.codec.input.catalogue.had
    for row, person in zip(batch.targets, batch.inputs[:, 0].tolist(), strict=True):
        assert set((row < 0).nonzero().flatten().add(1).tolist()) == set(had[person].tolist())
        assert (row > 0).any()


def test_a_table_for_a_last_test_is_kept_apart(tmp_path: Path) -> None:
    rated, _ = write_ratings(tmp_path)
    dls = CollabDataLoaders.from_csv(rated, test=rated, device="cpu", seed=0)
    assert dls.test is not None
    assert dls.test.count == ratings().height


def test_what_is_held_back_counts_as_had_but_is_not_learned_from() -> None:
    dls = made()
    assert dls.codec is not None
    catalogue = dls.codec.input.catalogue
    who = int(next(iter(pairs(dls.valid)))[0])
    person = catalogue.person(who)
    held = {thing for user, thing in pairs(dls.valid) if user == who} & {int(each) for each in catalogue.things}
    assert {int(catalogue.things[int(place) - 1]) for place in catalogue.also[person]} == held
    assert np.isin(catalogue.also[person], catalogue.seen(person)).all()
