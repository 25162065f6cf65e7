"""Pairs of a person and a thing, and people alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import torch

from fledge.core.errors import DataError, UsageError
from fledge.core.seeds import Draws
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.liked import Liked
from fledge.transforms.pair import Pair, PairBlock
from fledge.transforms.person import Negatives, Person
from fledge.transforms.rating import Rating
from tests.ratings import films, ratings


def pair() -> Pair:
    return PairBlock("userId", "movieId").learn(ratings())


def test_a_pair_is_taken_in_every_form() -> None:
    forms = [{"userId": 3, "movieId": 70}, {"user": "3", "item": 70.0, "rating": 5}, (3, "70")]
    assert len({tuple(pair().encode(each).tolist()) for each in forms}) == 1  # type: ignore[arg-type]


def test_a_column_is_encoded_as_one_by_one() -> None:
    rows = ratings().head(50)
    whole = pair().encode_all(rows)
    alone = torch.stack([pair().encode(row) for row in rows.to_dicts()])
    assert torch.equal(whole, alone)
    assert torch.equal(pair().encode_all([(1, 10), (2, 20)]), torch.stack([pair().encode((1, 10)), pair().encode((2, 20))]))


def test_those_never_met_are_warned_of_with_the_nearest() -> None:
    named = PairBlock("userId", "movieId", dict(films().cast({"movieId": pl.String}).rows())).learn(ratings())
    first, second = named.warnings((999, f"{films()['title'][0]}x"))
    assert first == "userId '999' was not learned: this is for anybody"
    assert f"the nearest is {films()['title'][0]!r}" in second
    assert named.warnings((1, 10)) == ()


@pytest.mark.parametrize("value", [{"user": 1}, 5, "text", (1,), {"user": None, "item": 1}, {"user": 1, "item": float("nan")}])
def test_what_is_no_pair_is_refused(value: object) -> None:
    with pytest.raises(DataError):
        pair().encode(value)  # type: ignore[arg-type]


def test_a_frame_without_a_value_names_the_row() -> None:
    with pytest.raises(DataError, match="row 1 has no movieId"):
        pair().encode_all(pl.DataFrame({"userId": [1, 2], "movieId": [10, None]}))


def test_ratings_keep_their_unit_and_range() -> None:
    stars = Rating.learn([0.5, 5.0, 3.0])
    assert stars.decode(stars.encode(3.0)) == 3.0
    assert stars.within(torch.tensor([-2.0, 9.0])).tolist() == [0.5, 5.0]
    with pytest.raises(UsageError):
        Rating(5.0, 1.0)
    with pytest.raises(DataError):
        Rating.learn([float("nan")])


def person() -> tuple[Person, Catalogue]:
    frame = ratings()
    catalogue = Catalogue.learn(frame["userId"], frame["movieId"])
    return Person(catalogue), catalogue


def test_things_drawn_beside_a_liked_one_are_not_had_and_depend_on_the_item_alone() -> None:
    transform, catalogue = person()
    batch = torch.from_numpy(np.stack([catalogue.had.owners, catalogue.had.places], 1)[:200])
    items = np.arange(200)
    drawn = transform.plan((Negatives(6),), Draws(1, 0, items), batch)
    assert drawn.shape == (200, 6)
    assert 1 <= drawn.min() <= drawn.max() <= len(catalogue.things)
    assert catalogue.had.holds(np.repeat(batch[:, 0].numpy(), 6), drawn.ravel()).mean() < 0.05
    alone = transform.plan((Negatives(6),), Draws(1, 0, items[50:51]), batch[50:51])
    assert np.array_equal(alone[0], drawn[50])
    assert not np.array_equal(drawn, transform.plan((Negatives(6),), Draws(1, 1, items), batch))
    assert transform.augment(batch, drawn).shape == (200, 8)


def test_people_alone_have_nothing_beside_them() -> None:
    transform, _ = person()
    batch = transform.encode_all([1, {"userId": 2}, "3"])
    assert transform.augment(batch, transform.plan((Negatives(4),), Draws(0, 0, np.arange(3)), batch)).shape == (3, 1)


def test_what_people_liked_leaves_out_what_they_had() -> None:
    _, catalogue = person()
    liked = Liked(catalogue)
    had = catalogue.had[1]
    new = next(place for place in range(1, len(catalogue.things) + 1) if place not in had)
    row = liked.of_people(np.array([1]), [np.array([new])])[0]
    assert (row == -1).sum() == len(had)
    assert liked.decode(row) == (catalogue.title(new),)
