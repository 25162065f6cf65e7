"""People and things by their places."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fledge.core.errors import DataError, FledgeError, UnknownName, UsageError
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.lists import Lists
from fledge.transforms.texts import Texts


def catalogue(titles: dict[str, str] | None = None) -> Catalogue:
    return Catalogue.learn(pl.Series("who", [3, 1, 20, 3]), pl.Series("what", ["b", "a", "b", "a"]), titles)


def test_ids_are_numbered_by_size_and_the_unknown_have_place_0() -> None:
    found = catalogue()
    assert [found.person(who) for who in (1, 3, 20, 4)] == [1, 2, 3, 0]
    assert found.places == (4, 3)


def test_an_id_is_the_same_as_a_number_as_a_float_and_as_text() -> None:
    assert [catalogue().person(who) for who in (20, 20.0, "20", " 20 ")] == [3, 3, 3, 3]


@pytest.mark.parametrize("nobody", [None, float("nan"), [], (1, 2)])
def test_what_is_no_id_is_refused(nobody: object) -> None:
    with pytest.raises(DataError, match="is no who"):
        catalogue().person(nobody)


def test_what_people_had_is_known_for_each() -> None:
    assert catalogue().seen(2).tolist() == [1, 2]
    more = catalogue().also_had(pl.Series("who", [1, 7]), pl.Series("what", ["b", "a"]))
    assert (more.had[1].tolist(), more.seen(1).tolist()) == ([1], [1, 2])


def test_titles_name_things_and_ids_still_do() -> None:
    found = catalogue({"a": "Alien", "b": " Big   Fish "})
    assert (found.thing("Alien"), found.thing("a"), found.title(2)) == (1, 1, "Big Fish")


def test_twin_titles_are_told_apart_by_their_ids_and_blank_ones_are_ids() -> None:
    found = catalogue({"a": "Alien", "b": "Alien"})
    assert (found.title(1), found.title(2)) == ("Alien (a)", "Alien (b)")
    with pytest.raises(UnknownName, match=r"did you mean 'Alien \([ab]\)'"):
        found.known_thing("Alien")
    assert catalogue({"a": "  ", "b": "Big"}).title(1) == "a"


def test_a_typo_in_a_title_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'Chainsaw Man'"):
        catalogue({"a": "Chainsaw Man", "b": "Demon Slayer"}).known_thing("Chainsaw Men")
    with pytest.raises(UnknownName, match="known are Demon Slayer"):
        catalogue({"a": "Chainsaw Man", "b": "Demon Slayer"}).known_thing("demon")


def test_columns_are_encoded_as_one_by_one() -> None:
    found = catalogue()
    who, what = found.places_of(pl.Series("who", [3, 99, 1]), pl.Series("what", ["b", "a", "z"]))
    assert (who.tolist(), what.tolist()) == ([2, 0, 1], [2, 1, 0])


def test_no_ratings_at_all_are_refused() -> None:
    with pytest.raises(DataError, match="no ratings"):
        Catalogue.learn(pl.Series("who", [], pl.Int64), pl.Series("what", [], pl.Int64))


@pytest.mark.parametrize(
    ("letters", "ends"),
    [
        ([200, 65], [1, 2]),  # no UTF-8
        ([65, 66], [1, 3]),  # ends beyond the letters
        ([65, 66], [2, 1]),  # ends that go back
        ([0xC3, 0xA9], [1, 2]),  # an end within a letter
        ([65, 0], [1, 2]),  # a zero byte
    ],
)
def test_texts_that_can_not_be_are_refused(letters: list[int], ends: list[int]) -> None:
    with pytest.raises(UsageError):
        Texts(np.array(letters, np.uint8), np.array(ends, np.int64))


def test_texts_come_back_as_they_were() -> None:
    words = ["", "Amélie", "鬼滅の刃", "a" * 300, ""]
    assert list(Texts.of(words)) == words


def test_lists_that_do_not_fit_are_refused() -> None:
    with pytest.raises(FledgeError):
        Lists(np.array([1, 2], np.int32), np.array([1, 3]))
    with pytest.raises(FledgeError):
        Lists(np.array([-1, 2], np.int32), np.array([1, 2]))


def test_lists_tell_what_they_hold() -> None:
    numbers = np.random.default_rng(0)
    owners, places = numbers.integers(0, 20, 200), numbers.integers(0, 30, 200)
    lists, pairs = Lists.of(owners, places, owners=21), set(zip(owners.tolist(), places.tolist(), strict=True))
    everything = np.mgrid[:21, :40].reshape(2, -1)
    told = lists.holds(everything[0], everything[1])
    assert [(a, b) in pairs for a, b in everything.T.tolist()] == told.tolist()
    assert len(lists.places) == len(pairs)
