"""Splits: whole, never with an item on two sides, never with an empty side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import DataError, UsageError
from fledge.data.split import Split
from fledge.data.splits import (
    ColSplitter,
    FuncSplitter,
    GrandparentSplitter,
    GroupSplitter,
    IndexSplitter,
    KFoldSplitter,
    MaskSplitter,
    RandomSplitter,
    Splitter,
    as_splitter,
)

labels_of_all_kinds = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=2, max_size=60)


def whole(split: Split, count: int) -> bool:
    return sorted([*split.train.tolist(), *split.valid.tolist(), *split.test.tolist()]) == list(range(count))


@given(labels_of_all_kinds, st.floats(0.01, 0.99), st.integers(0, 5))
def test_every_item_is_in_one_part_and_no_part_is_empty(labels: list[str], share: float, seed: int) -> None:
    for splitter in (RandomSplitter(share, seed), RandomSplitter(share, seed, stratify=False)):
        split = splitter.split(labels, labels)
        assert whole(split, len(labels))
        assert len(split.train)
        assert len(split.valid)


@given(labels_of_all_kinds, st.integers(0, 5))
def test_stratified_every_class_has_something_to_learn_from(labels: list[str], seed: int) -> None:
    if len(set(labels)) == len(labels):
        return
    split = RandomSplitter(0.3, seed, stratify=True).split(labels, labels)
    assert {labels[place] for place in split.train} == set(labels)


def test_stratified_each_class_holds_back_its_share() -> None:
    labels = ["bird"] * 90 + ["forest"] * 10
    for seed in range(10):
        held = RandomSplitter(0.2, seed).split(labels, labels).valid
        assert Counter(labels[place] for place in held) == {"bird": 18, "forest": 2}


def test_a_class_of_one_item_is_learned_from() -> None:
    labels = ["bird"] * 9 + ["owl"]
    assert all(9 in RandomSplitter(0.5, seed).split(labels, labels).train for seed in range(20))


def test_the_same_seed_holds_back_the_same_items_and_another_one_others() -> None:
    items = list(range(100))
    assert RandomSplitter(seed=1)(items) == RandomSplitter(seed=1)(items) != RandomSplitter(seed=2)(items)
    assert RandomSplitter()(items) == RandomSplitter(seed=42)(items)


def test_measured_targets_are_not_stratified() -> None:
    targets = [0.5] * 50 + [1.5] * 50
    assert RandomSplitter(0.2, 0).split(targets, targets).valid.tolist() == RandomSplitter(0.2, 0).split(targets).valid.tolist()


def test_stratifying_without_labels_is_refused() -> None:
    with pytest.raises(UsageError, match="needs labels"):
        RandomSplitter(stratify=True).split([1, 2, 3])


@pytest.mark.parametrize("share", [0, 1, 20, -0.1])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="valid_pct"):
        RandomSplitter(share)


@pytest.mark.parametrize("items", [[], [1]])
def test_too_few_items_are_refused(items: list[int]) -> None:
    with pytest.raises(DataError, match="can't be split"):
        RandomSplitter().split(items)


@given(labels_of_all_kinds, st.integers(2, 6))
def test_over_all_folds_each_item_is_held_back_once(labels: list[str], folds: int) -> None:
    if len(labels) < folds:
        return
    parts = [KFoldSplitter(folds, fold, seed=3).split(labels, labels) for fold in range(folds)]
    assert sorted(np.concatenate([part.valid for part in parts]).tolist()) == list(range(len(labels)))
    assert all(whole(part, len(labels)) for part in parts)
    sizes = [len(part.valid) for part in parts]
    assert max(sizes) - min(sizes) <= 1


def test_folds_are_stratified() -> None:
    labels = ["bird"] * 20 + ["forest"] * 10
    for fold in range(5):
        held = KFoldSplitter(5, fold).split(labels, labels).valid
        assert Counter(labels[place] for place in held) == {"bird": 4, "forest": 2}


def test_folds_that_can_not_be_are_refused() -> None:
    for folds, fold in ((1, 0), (5, 5), (5, -1)):
        with pytest.raises(UsageError):
            KFoldSplitter(folds, fold)
    with pytest.raises(DataError, match="folds"):
        KFoldSplitter(5).split([1, 2, 3])


@given(st.lists(st.integers(0, 8), min_size=2, max_size=80), st.floats(0.05, 0.95), st.integers(0, 3))
def test_no_group_stands_on_both_sides(groups: list[int], share: float, seed: int) -> None:
    splitter = GroupSplitter(lambda place: groups[place], share, seed)
    if len(set(groups)) == 1:
        with pytest.raises(DataError, match="one group"):
            splitter.split(range(len(groups)))
        return
    split = splitter.split(range(len(groups)))
    assert whole(split, len(groups))
    assert not {groups[place] for place in split.train} & {groups[place] for place in split.valid}


def test_groups_come_as_near_to_the_share_as_they_can() -> None:
    for seed in range(20):
        held = GroupSplitter(lambda item: item // 10, 0.2, seed).split(range(200)).valid
        assert len(held) == 40


PHOTOS = ["train/dog/1.jpg", "valid/dog/2.jpg", "train/cat/3.jpg", "valid/cat/4.jpg"]


def test_the_folder_above_the_label_decides() -> None:
    assert GrandparentSplitter()([f"pets/{photo}" for photo in PHOTOS]) == ([0, 2], [1, 3])


@pytest.mark.parametrize("name", ["valid", "Val", "VALIDATION", "dev"])
def test_usual_names_count_in_any_case(name: str) -> None:
    assert GrandparentSplitter()(["x/Training/dog/1.jpg", f"x/{name}/dog/1.jpg"]) == ([0], [1])


def test_a_test_folder_is_kept_apart() -> None:
    split = GrandparentSplitter().split([*PHOTOS, "test/dog/5.jpg"])
    assert (split.train.tolist(), split.valid.tolist(), split.test.tolist()) == ([0, 2], [1, 3], [4])


def test_a_test_folder_may_be_asked_for_as_the_held_back_part() -> None:
    items = ["training/3/1.png", "testing/3/2.png"]
    assert GrandparentSplitter(train_name="training", valid_name="testing")(items) == ([0], [1])


def test_train_and_test_alone_say_what_can_be_done() -> None:
    with pytest.raises(DataError, match="valid_name='test'"):
        GrandparentSplitter().split(["train/dog/1.jpg", "test/dog/2.jpg"])


def test_files_right_in_their_part_are_found_too() -> None:
    assert GrandparentSplitter()(["camvid/train/1.png", "camvid/val/2.png"]) == ([0], [1])


def test_a_file_in_neither_part_is_named() -> None:
    with pytest.raises(DataError, match=r"unsup/dog/9\.jpg"):
        GrandparentSplitter().split([*PHOTOS, "unsup/dog/9.jpg"])


def test_rows_have_no_grandparent() -> None:
    with pytest.raises(DataError, match="ColSplitter"):
        GrandparentSplitter().split([{"a": 1}])


@pytest.mark.parametrize(
    "values",
    [[False, True, False], [0, 1, 0], ["False", "TRUE", "false"], ["train", "val", "training"], [0.0, 1.0, None]],
)
def test_a_column_says_who_is_held_back(values: list[Any]) -> None:
    rows = [{"is_valid": value} for value in values if value is not None]
    train = [place for place in (0, 2) if place < len(rows)]
    assert ColSplitter()(rows) == (train, [1])


def test_a_column_may_name_a_test_part() -> None:
    assert ColSplitter("part").split([{"part": part} for part in ("train", "valid", "test")]).test.tolist() == [2]


def test_a_column_that_says_something_else_is_refused() -> None:
    with pytest.raises(DataError, match="row 1 has 'maybe'"):
        ColSplitter()([{"is_valid": False}, {"is_valid": "maybe"}])


def test_indices_and_masks_and_functions_hold_back_what_they_say() -> None:
    assert IndexSplitter([3, 1])(list("abcd")) == ([0, 2], [1, 3])
    assert MaskSplitter([True, False])(list("ab")) == ([1], [0])
    assert FuncSplitter(str.isupper)(list("aBc")) == ([0, 2], [1])


@pytest.mark.parametrize(
    ("splitter", "words"),
    [
        (IndexSplitter([7]), "item 7 of 4"),
        (IndexSplitter([-1]), "item -1 of 4"),
        (IndexSplitter([]), "none is held back"),
        (IndexSplitter([0, 1, 2, 3]), "none is to learn from"),
        (IndexSplitter([0.5]), "no places"),  # type: ignore[list-item]
        (MaskSplitter([True]), "1 values for 4 items"),
        (FuncSplitter(lambda item: False), "none is held back"),
        (as_splitter(lambda items: ([0, 1], [1, 2])), r"item 1\)"),
        (as_splitter(lambda items: None), "None"),
        (as_splitter(lambda items: ([0], [True])), "MaskSplitter"),
    ],
)
def test_a_split_that_can_not_be_meant_is_refused(splitter: Splitter, words: str) -> None:
    with pytest.raises(DataError, match=words):
        splitter.split(list("abcd"))


@pytest.mark.parametrize(
    "func",
    [lambda items: ([0, 2], [1]), lambda items: (np.array([2, 0]), range(1, 2)), lambda items: [[0, 2], [1], []]],
)
def test_anyones_function_is_a_splitter(func: Callable[[Any], Any]) -> None:
    split = as_splitter(func).split(list("abc"))
    assert (split.train.tolist(), split.valid.tolist()) == ([0, 2], [1])


def test_a_splitter_stays_what_it_is() -> None:
    splitter = RandomSplitter()
    assert as_splitter(splitter) is splitter


def test_what_is_no_splitter_is_refused() -> None:
    for wrong in (0.2, RandomSplitter):
        with pytest.raises(UsageError, match="no splitter"):
            as_splitter(wrong)  # type: ignore[arg-type]
