"""The network for rows."""

from __future__ import annotations

import torch
from torch import nn

from fledge.core.record import pack, unpack
from fledge.models.groups import parameter_groups
from fledge.models.table import ARCHITECTURES
from fledge.models.tabular import Categories, Numbers, TabularNet


def test_rows_of_categories_numbers_and_flags_give_outputs() -> None:
    net = TabularNet(slots=(4, 3), steps=(32, 0), flags=1, outputs=2).build()
    rows = torch.tensor([[3.0, 2.0, 31.5, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    assert net(rows).shape == (2, 2)


def test_categories_or_numbers_alone_do_too() -> None:
    assert TabularNet(slots=(4,), steps=(), flags=0, outputs=1).build().eval()(torch.zeros(1, 1)).shape == (1, 1)
    assert TabularNet(slots=(), steps=(8,), flags=0, outputs=1).build().eval()(torch.zeros(1, 1)).shape == (1, 1)


def test_plain_layers_take_the_place_of_residual_ones() -> None:
    net = TabularNet(slots=(4,), steps=(8,), flags=0, outputs=1, layers=(20, 10)).build()
    assert [each.out_features for each in net.body.modules() if isinstance(each, nn.Linear)] == [20, 10]


def test_columns_share_one_table_and_none_of_its_places() -> None:
    categories = Categories((3, 4), dim=2)
    places = torch.tensor([[2.0, 2.0], [0.0, 3.0]])
    expected = categories.vectors.weight[[2, 5, 0, 6]].reshape(2, 4)
    assert torch.equal(categories(places), expected)


def test_what_training_never_meets_says_nothing_at_first() -> None:
    assert not Categories((3, 4), dim=2)(torch.tensor([[0.0, 1.0]])).any()


def test_a_number_moves_its_vector_along_a_line_between_knots() -> None:
    numbers = Numbers((4,), dim=8)
    with torch.no_grad():
        numbers.start.add_(10)  # so that nothing is cut off below zero
    at = numbers(torch.tensor([[1.0], [1.25], [2.0]]))
    assert torch.allclose(at[1], 0.75 * at[0] + 0.25 * at[2], atol=1e-5)


def test_the_head_is_the_last_group() -> None:
    net = TabularNet(slots=(4,), steps=(8,), flags=0, outputs=3).build()
    assert [len(group) for group in parameter_groups(net)][-1] == 2


def test_its_description_is_saved_and_builds_the_same_shapes() -> None:
    net = TabularNet(slots=(4,), steps=(8,), flags=1, outputs=3, layers=(20,))
    read = unpack(pack(net, ARCHITECTURES), ARCHITECTURES, "model")
    assert read == net
    assert {name: each.shape for name, each in read.build().state_dict().items()} == {
        name: each.shape for name, each in net.build().state_dict().items()
    }
