"""Networks are described, built without memory, and filled."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from fledge.core.errors import ModelFileError
from fledge.core.record import pack, unpack
from fledge.models.architecture import Architecture, Custom
from fledge.models.small import SmallNet
from fledge.models.table import ARCHITECTURES
from fledge.models.vision import VisionNet

NETS: list[Architecture] = [
    SmallNet(outputs=3, channels=1),
    VisionNet("resnet10t", outputs=3, hidden=(8, 4)),
    VisionNet("mobilenetv2_035", outputs=3, padding="same"),
    VisionNet("squeezenet1_1", outputs=3, channels=4, pool="avgmax"),
    VisionNet("test_vit", outputs=3, pool="own", size=64),
]


@pytest.mark.parametrize("net", [*NETS, Custom("MyNet")], ids=str)
def test_a_description_goes_into_json_and_back(net: Architecture) -> None:
    assert unpack(pack(net, ARCHITECTURES), ARCHITECTURES, "$") == net


@pytest.mark.parametrize(
    "change",
    [
        {"body": "hf-hub:someone/net"},
        {"body": "../net"},
        {"outputs": 0},
        {"dropout": 1.0},
        {"pool": "max"},
        {"extra": 1},
        {"hidden": [2] * 9},
    ],
)
def test_a_description_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ModelFileError):
        unpack(pack(VisionNet("resnet18", 2), ARCHITECTURES) | change, ARCHITECTURES, "$")


@pytest.mark.parametrize("net", NETS, ids=str)
def test_a_network_built_without_memory_is_the_same_once_it_has_its_weights(net: Architecture) -> None:
    network = net.build().eval()
    with torch.device("meta"):
        again = net.build().eval()
    assert {tensor.device.type for tensor in again.state_dict().values()} == {"meta"}
    again.load_state_dict(network.state_dict(), assign=True)
    with torch.inference_mode():
        assert torch.equal(network(pictures(net)), again(pictures(net)))


def test_a_network_of_someones_own_says_how_it_is_loaded() -> None:
    with pytest.raises(ModelFileError, match=r"ops=\[MyNet\]"):
        Custom("MyNet").build()


def pictures(net: Architecture) -> Tensor:
    channels = net.channels if isinstance(net, SmallNet | VisionNet) else 3
    return torch.linspace(-1, 1, 2 * channels * 64 * 64).reshape(2, channels, 64, 64)
