"""A recogniser is a body, a pool and a head."""

from __future__ import annotations

import pytest
import torch

from fledge.models.recogniser import Pool, Recogniser
from fledge.models.small import SmallNet
from fledge.models.vision import VisionNet

NETS = [
    SmallNet(outputs=2),
    VisionNet("resnet10t", 2, pool="avgmax"),
    VisionNet("mobilenetv2_035", 2),
    VisionNet("test_vit", 2, pool="own", size=64),
]


@pytest.fixture(params=NETS, ids=str)
def network(request: pytest.FixtureRequest) -> Recogniser:
    built: Recogniser = request.param.build()
    return built.eval()


def test_outputs_are_the_head_on_the_features(network: Recogniser) -> None:
    pictures = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(network(pictures), network.head(network.features(pictures)))


def test_channels_last_gives_the_same_answer(network: Recogniser) -> None:
    pictures = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        plain = network(pictures)
        last = network.to(memory_format=torch.channels_last)(pictures.contiguous(memory_format=torch.channels_last))
    torch.testing.assert_close(plain, last, atol=1e-4, rtol=1e-4)


def test_half_precision_keeps_features_whole(network: Recogniser) -> None:
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        features = network.features(torch.randn(2, 3, 64, 64))
        outputs = network.head(features)
    assert features.dtype == torch.float32
    assert torch.isfinite(outputs).all()


def test_its_groups_are_early_body_late_body_and_head(network: Recogniser) -> None:
    early, late, head = network.parameter_groups()
    assert early
    assert late
    assert {id(parameter) for parameter in head} == {id(parameter) for parameter in network.head.parameters()}


def test_the_pool_knows_how_much_and_whether_at_all() -> None:
    maps = torch.zeros(1, 1, 2, 2)
    maps[..., 0, 0] = 4
    assert Pool("avg")(maps).tolist() == [[1.0]]
    assert Pool("avgmax")(maps).tolist() == [[1.0, 4.0]]
    assert Pool("own")(torch.ones(1, 3)).tolist() == [[1.0, 1.0, 1.0]]
