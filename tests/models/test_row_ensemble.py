"""Many networks for rows in one."""

from __future__ import annotations

import pytest
import torch

from fledge.core.errors import ModelFileError
from fledge.core.record import pack, unpack
from fledge.models.groups import parameter_groups
from fledge.models.row_ensemble import Lights, RowEnsemble
from fledge.models.table import ARCHITECTURES

NET = RowEnsemble(slots=(4, 3), steps=(32, 0), flags=1, outputs=2, goal="classes", members=3, width=16)
ROWS = torch.tensor([[3.0, 2.0, 31.5, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0]])


def test_while_learning_every_member_says_something_of_its_own() -> None:
    said = NET.build()(ROWS).view(3, 2, 2)
    assert not torch.allclose(said[0], said[1])


def test_afterwards_they_answer_with_the_mean_of_their_shares() -> None:
    net = NET.build()
    for each in net.modules():
        each.training = each is net.head  # so that nothing is dropped, and each is heard
    alone = net(ROWS).view(3, 2, 2).softmax(-1).mean(0)
    assert torch.allclose(net.eval()(ROWS).softmax(-1), alone, atol=1e-6)


def test_each_sees_the_features_in_its_own_light() -> None:
    lights = [tuple(each) for each in Lights(members=8, features=64).weight.flatten(1).tolist()]
    assert {sign for each in lights for sign in each} == {-1.0, 1.0}
    assert len(set(lights)) == 8


def test_the_last_words_are_the_last_group() -> None:
    assert [tuple(each.shape) for each in parameter_groups(NET.build())[-1]] == [(3, 16, 2), (3, 1, 2)]


def test_its_description_is_saved_and_builds_the_same_shapes() -> None:
    read = unpack(pack(NET, ARCHITECTURES), ARCHITECTURES, "model")
    assert read == NET
    assert {name: each.shape for name, each in NET.build().state_dict().items()} == {
        name: each.shape for name, each in read.build().state_dict().items()
    }


@pytest.mark.parametrize("change", [{"members": 1}, {"members": 1000}, {"goal": "anything"}, {"blocks": 0}])
def test_a_description_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ModelFileError):
        unpack(pack(NET, ARCHITECTURES) | change, ARCHITECTURES, "$")
