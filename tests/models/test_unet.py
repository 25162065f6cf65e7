"""Networks that say something of each place."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from fledge.core.errors import ModelFileError, UsageError
from fledge.models.groups import parameter_groups
from fledge.models.unet import SmallUNet, UNet, unet


@pytest.mark.parametrize("name", ["resnet10t", "mobilenetv3_small_050", "convnext_atto"])
def test_bodies_with_maps_are_led_back_up(name: str) -> None:
    net = UNet(name, outputs=3, widths=(16, 8)).build().eval()
    assert net(torch.zeros(1, 3, 72, 100)).shape == (1, 3, 72, 100)
    assert len(parameter_groups(net)) == 3


def test_weights_from_a_file_are_those_of_the_body(tmp_path: Path) -> None:
    whole = timm.create_model("mobilenetv3_small_050")
    save_file(whole.state_dict(), tmp_path / "body.safetensors")
    _, net, expected = unet("mobilenetv3_small_050", 2, weights=tmp_path / "body.safetensors")
    theirs = whole.state_dict()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in net.body.state_dict().items())
    assert expected.mean == (0.485, 0.456, 0.406)


def test_weights_of_another_body_are_refused(tmp_path: Path) -> None:
    save_file(timm.create_model("resnet10t").state_dict(), tmp_path / "body.safetensors")
    with pytest.raises(ModelFileError, match="does not hold the weights of mobilenetv3_small_050"):
        unet("mobilenetv3_small_050", 2, weights=tmp_path / "body.safetensors")


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "squeezenet1_0"])
def test_a_body_without_maps_of_several_sizes_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="gives no maps of several sizes"):
        unet(name, 2, pretrained=False)


def test_other_channels_than_colours_are_taken() -> None:
    _, net, expected = unet("resnet10t", 2, pretrained=False, channels=1)
    assert net(torch.zeros(2, 1, 64, 64)).shape == (2, 2, 64, 64)
    assert len(expected.mean) == 1


def test_a_small_one_learns_its_way_up_in_channels_last() -> None:
    net = SmallUNet(outputs=2, width=4, blocks=2).build().to(memory_format=torch.channels_last)
    scores = net(torch.randn(2, 3, 30, 41).to(memory_format=torch.channels_last))
    scores.sum().backward()
    assert scores.shape == (2, 2, 30, 41)
    assert all(parameter.grad is not None for parameter in net.parameters())
