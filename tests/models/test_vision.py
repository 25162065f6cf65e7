"""Networks for pictures: any body, a new head."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import timm
import torch

from fledge.models.vision import VisionNet, vision_net


def test_a_network_from_nothing_needs_no_file_and_no_network() -> None:
    net, network, expected = vision_net("resnet10t", 4, pretrained=False)
    assert net == VisionNet("resnet10t", 4)
    assert network(torch.zeros(2, 3, 64, 64)).shape == (2, 4)
    assert expected.size == 176


def test_a_transformer_pools_its_tokens_itself() -> None:
    net, network, _ = vision_net("test_vit", 4, pretrained=False, size=64)
    assert net.pool == "own"
    whole: Any = timm.create_model("test_vit", img_size=64, num_classes=0).eval()
    whole.load_state_dict(network.body.state_dict())
    pictures = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        vector = whole.forward_head(whole.forward_features(pictures), pre_logits=True)
        torch.testing.assert_close(network.eval().features(pictures), vector)


def test_both_ways_of_pooling_can_be_asked_for() -> None:
    _, network, _ = vision_net("resnet10t", 4, pretrained=False, pool="avgmax", hidden=())
    assert network.head.get_parameter("score.weight").shape == (4, 1024)


@pytest.mark.slow
def test_real_weights_of_mobilenet_tell_birds_from_butterflies(real_data: Callable[[str], Path]) -> None:
    from PIL import Image

    weights, folder = real_data("weights"), real_data("birds-butterflies")
    _, network, expected = vision_net("mobilenetv2_100", 2, weights=weights / "mobilenetv2_100.safetensors", padding="same")
    files = [sorted((folder / "train" / label).iterdir())[:16] for label in ("bird", "butterfly")]
    pixels = [torch.tensor(list(Image.open(file).convert("RGB").resize((96, 96)).tobytes())) for part in files for file in part]
    pictures = torch.stack(pixels).reshape(32, 96, 96, 3).permute(0, 3, 1, 2) / 255
    pictures = (pictures - torch.tensor(expected.mean).view(3, 1, 1)) / torch.tensor(expected.std).view(3, 1, 1)
    with torch.inference_mode():
        features = network.eval().features(pictures)
    centres = torch.stack([features[:8].mean(0), features[16:24].mean(0)])
    held_back = torch.cat([features[8:16], features[24:]])
    nearest = torch.cdist(held_back, centres).argmin(1)
    assert (nearest == torch.arange(16) // 8).float().mean() >= 0.9
