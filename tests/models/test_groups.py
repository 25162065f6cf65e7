"""Parameters in groups, frozen and decayed."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from fledge.core.errors import TrainingError, UsageError
from fledge.models.bodies import Body
from fledge.models.groups import decays, freeze, halves, parameter_groups
from fledge.models.recogniser import Recogniser
from fledge.models.small import SmallNet
from fledge.models.vision import VisionNet


class Careless(nn.Linear):
    """A network whose groups are wrong."""

    groups: list[list[nn.Parameter]]

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        return self.groups


@pytest.fixture
def network() -> Recogniser:
    return SmallNet(outputs=2, width=4).build()


@pytest.mark.parametrize("model", [SmallNet(2), VisionNet("resnet10t", 2), VisionNet("test_vit", 2, pool="own")], ids=str)
def test_every_parameter_is_in_one_group(model: SmallNet | VisionNet) -> None:
    network = model.build()
    groups = parameter_groups(network)
    assert len(groups) == 3
    assert sorted(id(each) for group in groups for each in group) == sorted(id(each) for each in network.parameters())


def test_any_module_is_one_group() -> None:
    assert len(parameter_groups(nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1)))) == 1


def test_groups_that_leave_something_out_are_refused_by_its_name() -> None:
    model = Careless(2, 2)
    weight, bias = model.parameters()
    model.groups = [[weight]]
    with pytest.raises(TrainingError, match="of Careless leave out bias"):
        parameter_groups(model)
    model.groups = [[weight, bias], [bias]]
    with pytest.raises(TrainingError, match="twice"):
        parameter_groups(model)


@pytest.mark.parametrize("name", ["resnet18", "mobilenetv2_100", "convnext_tiny", "vit_tiny_patch16_224", "squeezenet1_0"])
def test_a_body_is_parted_where_its_layers_are_halved(name: str) -> None:
    body = Body(name).fitted().skeleton()
    early, late = halves(body)
    names = [key for key, parameter in body.named_parameters() if any(parameter is each for each in early)]
    assert early
    assert late
    assert next(iter(body.named_parameters()))[0] in names


def test_a_shell_around_a_body_is_looked_into() -> None:
    shell = nn.ModuleDict({"inner": nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))})
    assert [len(half) for half in halves(shell)] == [2, 2]


def test_a_frozen_body_is_not_trained_and_rests_whole(network: Recogniser) -> None:
    assert freeze(network, 1) == [network.body]
    assert not any(parameter.requires_grad for parameter in network.body.parameters())
    assert all(parameter.requires_grad for parameter in network.head.parameters())


def test_a_half_frozen_body_keeps_the_statistics_of_its_frozen_norms(network: Recogniser) -> None:
    resting = freeze(network, 2)
    network.train()
    for module in resting:
        module.eval()
    before = {name: buffer.clone() for name, buffer in network.named_buffers()}
    network(torch.randn(4, 3, 32, 32))
    moved = {name for name, buffer in network.named_buffers() if not torch.equal(buffer, before[name])}
    frozen = {name.rpartition(".")[0] for name, parameter in network.named_parameters() if not parameter.requires_grad}
    assert resting
    assert moved
    assert not any(name.rpartition(".")[0] in frozen for name in moved)


def test_unfreezing_trains_everything_again(network: Recogniser) -> None:
    freeze(network, 1)
    assert freeze(network, 3) == []
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_more_groups_than_there_are_cannot_be_trained(network: Recogniser) -> None:
    with pytest.raises(UsageError, match="4 groups can't be trained: this model has 3"):
        freeze(network, 4)


def test_norms_biases_tokens_and_positions_do_not_decay() -> None:
    body = Body("vit_tiny_patch16_224", pooled=True).skeleton()
    spared = {name for name, parameter in body.named_parameters() if not decays(name, parameter)}
    assert {"cls_token", "pos_embed", "norm.weight", "blocks.0.attn.qkv.bias"} <= spared
    assert "blocks.0.attn.qkv.weight" not in spared
