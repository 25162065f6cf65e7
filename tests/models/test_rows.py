"""Features of rows, boosted trees, kernels and means as modules: described, bounded, built of plain operations."""

from __future__ import annotations

import pytest
import torch

from fledge.core.errors import ModelFileError, UsageError
from fledge.core.record import pack, unpack
from fledge.models.always import AlwaysNet
from fledge.models.architecture import Architecture
from fledge.models.average import Average, AverageNet
from fledge.models.boosted import BoostedNet
from fledge.models.kernel import KernelNet
from fledge.models.linear import LinearNet
from fledge.models.on_features import OnFeatures
from fledge.models.row_features import RowFeatures
from fledge.models.table import ARCHITECTURES

TABLES = {Architecture: ARCHITECTURES}
ROWS = RowFeatures(slots=(4, 3), steps=(2, 0), flags=1, form="bends")
BOOSTED = BoostedNet(5, 2, trees=2, nodes=6, depth=1, sets=1, slots=4)
NETS: list[Architecture] = [
    OnFeatures(ROWS, LinearNet(ROWS.width, 2)),
    OnFeatures(RowFeatures((4, 3), (2, 0), 1), BOOSTED),
    OnFeatures(RowFeatures((4, 3), (2, 0), 1, "points"), KernelNet(10, 2, 9)),
    AverageNet((OnFeatures(ROWS, LinearNet(ROWS.width, 2)), AlwaysNet(2)), "classes"),
]
ROW = torch.tensor([[3.0, 0.0, 1.5, 0.0, 1.0]])


@pytest.mark.parametrize("net", NETS, ids=lambda net: type(net).__name__)
def test_a_description_goes_into_json_and_back(net: Architecture) -> None:
    assert unpack(pack(net, ARCHITECTURES, tables=TABLES), ARCHITECTURES, "$", tables=TABLES) == net


@pytest.mark.parametrize("net", NETS, ids=lambda net: type(net).__name__)
def test_what_is_built_takes_rows(net: Architecture) -> None:
    assert net.build().eval()(ROW.repeat(3, 1)).shape == (3, 2)


def test_each_form_shows_the_row_its_own_way() -> None:
    shown = {
        form: RowFeatures((4, 3), (2, 0), 1, form).build()(ROW)[0].tolist() for form in ("plain", "points", "bends", "cells")
    }
    names = [0, 0, 0, 1, 1, 0, 0]
    assert shown["plain"] == ROW[0].tolist()
    assert shown["points"] == [*names, 1.5, 0, 1]
    assert shown["bends"] == [*names, 1, 0.5, 0, 1]
    assert shown["cells"] == [*names, 0, 1, 1, 1]


def test_the_greatest_number_lies_in_the_last_stretch() -> None:
    cells = RowFeatures((), (2,), 0, "cells").build()
    assert cells(torch.tensor([[0.0], [1.0], [2.0]])).tolist() == [[1, 0], [0, 1], [0, 1]]


def test_categories_of_very_many_names_are_left_to_trees() -> None:
    features = RowFeatures((4, 300), (), 0, "bends")
    assert (features.width, features.without) == (4, 1)
    assert RowFeatures((300,), (), 0, "bends").build()(torch.tensor([[5.0]])).tolist() == [[0.0]]


@pytest.mark.promise("A2")
@pytest.mark.parametrize(
    ("name", "place"), [("left", 6), ("right", -1), ("feature", 5), ("roots", 99), ("output", 2), ("place_set", 2)]
)
def test_boosted_trees_that_point_outside_their_tables_are_refused(name: str, place: int) -> None:
    trees = BOOSTED.build()
    state = dict(trees.state_dict())
    state[name] = torch.full_like(state[name], place)
    with pytest.raises(ModelFileError, match=f"{name} of Boosted points outside"):
        trees.load_state_dict(state)


def test_models_of_different_outputs_have_no_mean() -> None:
    with pytest.raises(UsageError, match="no mean"):
        AverageNet((AlwaysNet(2), AlwaysNet(3)), "classes")


def test_probabilities_are_averaged_and_not_scores() -> None:
    sure, unsure = AlwaysNet(2).build(), AlwaysNet(2).build()
    sure.outputs.copy_(torch.tensor([100.0, 0.0]))
    unsure.outputs.copy_(torch.tensor([0.0, 0.1]))
    said = Average([sure, unsure], "classes")(ROW).softmax(1)
    assert said[0, 0].item() == pytest.approx(0.7375, abs=1e-3)
