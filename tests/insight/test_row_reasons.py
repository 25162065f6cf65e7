"""What a model for rows goes by."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from fledge.classic.candidates import candidates
from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.insight.row_reasons import RowReasons, row_reasons
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import task_for
from tests.classic.small import picture_loaders

NUMBERS = np.random.default_rng(0)
SIZE = NUMBERS.uniform(0, 10, 600)
FRAME = pl.DataFrame(
    {
        "noise": NUMBERS.normal(size=600),
        "size": SIZE,
        "town": NUMBERS.choice(["Ely", "Bath"], 600),
        "big": np.where(SIZE + NUMBERS.normal(0, 0.5, 600) > 5, "yes", "no"),
    }
)


def reasons_of(dls: DataLoaders) -> RowReasons:
    """By the boosted trees."""
    assert isinstance(dls.train, Loader)
    assert isinstance(dls.valid, Loader)
    assert dls.codec is not None
    task = task_for(dls.codec)
    trees = next(each for each in candidates(task, dls.codec, dls.train) if each.name == "boosted trees").fit(dls.train, 0)
    return row_reasons(Predictor(task, dls.codec, trees.model, trees.architecture), dls.valid)


@pytest.fixture(scope="module")
def classes() -> RowReasons:
    return reasons_of(TabularDataLoaders.from_df(FRAME, "big", seed=1, device="cpu"))


def test_the_column_that_decides_comes_first_and_noise_is_noise(classes: RowReasons) -> None:
    size, *others = classes.importances
    assert size.column == "size"
    assert size.worse.beyond_noise
    assert size.worse.value > 0.3
    assert not any(each.worse.beyond_noise and each.worse.value > 0.05 for each in others)


def test_the_answer_moves_with_the_column_that_decides(classes: RowReasons) -> None:
    size = classes.dependences[0]
    assert (size.column, size.of, size.share) == ("size", "yes", True)
    assert size.said[0] < 0.1
    assert size.said[-1] > 0.9
    town = next(each for each in classes.dependences if each.column == "town")
    assert town.values == ("Bath", "Ely")


def test_a_higher_line_finds_fewer_and_is_right_more_often(classes: RowReasons) -> None:
    assert classes.of == "yes"
    found = [cut.recall.value for cut in classes.cuts if cut.recall is not None]
    assert found == sorted(found, reverse=True)
    first, last = classes.cuts[0], classes.cuts[-1]
    assert first.precision is not None
    assert last.precision is not None
    assert first.precision.value < last.precision.value


def test_of_numbers_what_is_lost_is_in_their_units() -> None:
    frame = FRAME.drop("big").with_columns(
        price=1000 * pl.col("size") + pl.when(pl.col("town") == "Bath").then(2000).otherwise(0)
    )
    found = reasons_of(TabularDataLoaders.from_df(frame, "price", seed=1, device="cpu"))
    assert [each.column for each in found.importances[:2]] == ["size", "town"]
    assert 1000 < found.importances[0].worse.value < 9000
    assert found.cuts == ()
    said = next(each for each in found.dependences if each.column == "town").said
    assert said[0] - said[1] == pytest.approx(2000, rel=0.3)


def test_all_of_it_is_json_and_the_same_again(classes: RowReasons) -> None:
    again = reasons_of(TabularDataLoaders.from_df(FRAME, "big", seed=1, device="cpu"))
    assert json.dumps(again.as_dict(), allow_nan=False) == json.dumps(classes.as_dict(), allow_nan=False)


def test_pictures_have_no_columns() -> None:
    dls = picture_loaders("classes")
    assert isinstance(dls.train, Loader)
    assert isinstance(dls.valid, Loader)
    assert dls.codec is not None
    task = task_for(dls.codec)
    rule = candidates(task, dls.codec, dls.train)[0].fit(dls.train, 0)
    with pytest.raises(UsageError, match="rows of tables"):
        row_reasons(Predictor(task, dls.codec, rule.model, rule.architecture), dls.valid)
