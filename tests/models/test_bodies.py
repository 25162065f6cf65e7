"""Bodies come by plain names, from what is installed here."""

from __future__ import annotations

import pytest
import torch

from fledge.core.errors import UnknownName, UsageError
from fledge.models.bodies import Body, published

MAPS = ["resnet18", "convnext_atto", "mobilenetv2_100", "squeezenet1_0"]
VECTORS = ["test_vit", "tf_mobilenetv3_small_minimal_100"]
SLOW = ["vit_tiny_patch16_224", "swin_tiny_patch4_window7_224", "cait_xxs24_224"]


@pytest.mark.parametrize("name", [*MAPS, *VECTORS, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_networks_that_end_in_maps_are_told_from_those_that_pool_themselves(name: str) -> None:
    body = Body(name).fitted()
    assert body.pooled is (name not in MAPS)
    with torch.device("meta"):
        seen = body.build().eval()(torch.zeros(2, 3, *published(name).input_size[1:]))
    assert seen.shape[:2] == (2, body.width(body.skeleton()))


@pytest.mark.parametrize(
    "name", ["hf-hub:timm/resnet18", "local-dir:/tmp", "timm/resnet18", "../resnet18", "ResNet18", "resnet18\n", ""]
)
def test_only_plain_names_are_looked_up(name: str) -> None:
    with pytest.raises(UnknownName):
        Body(name).build()


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'resnet18'"):
        Body("resnet_18").build()
    with pytest.raises(UnknownName, match="did you mean 'squeezenet1_0'"):
        Body("squeezenet10").build()
    with pytest.raises(UnknownName, match=r"unknown weights of resnet18 .* did you mean 'resnet18.a1_in1k'"):
        Body("resnet18.a1_in1").build()


@pytest.mark.parametrize("channels", [1, 2, 4, 6])
@pytest.mark.parametrize("name", ["resnet10t", "squeezenet1_1"])
def test_pictures_may_have_any_number_of_channels(name: str, channels: int) -> None:
    assert Body(name, channels).build().eval()(torch.zeros(1, channels, 64, 64)).ndim == 4


def test_a_setting_a_network_lacks_is_refused() -> None:
    with pytest.raises(UsageError, match=r"can't build resnet18 with pad_type='same'"):
        Body("resnet18", padding="same").build()
    with pytest.raises(UsageError, match="squeezenet1_0 has no pooling, padding or size"):
        Body("squeezenet1_0", size=64).build()
    with pytest.raises(UsageError, match="can't build vit_tiny_patch16_224"):
        Body("vit_tiny_patch16_224", pooled=True, padding="same").fitted()


def test_tensorflow_padding_changes_what_is_seen() -> None:
    torch.manual_seed(0)
    own, same = Body("mobilenetv2_035").build().eval(), Body("mobilenetv2_035", padding="same").build().eval()
    same.load_state_dict(own.state_dict())
    pictures = torch.linspace(-1, 1, 3 * 64 * 64).reshape(1, 3, 64, 64)
    with torch.inference_mode():
        assert not torch.allclose(own(pictures), same(pictures))


@pytest.mark.parametrize("name", ["resnet18", "mobilenetv2_100", "convnext_tiny", "vit_tiny_patch16_224", "efficientnet_b0"])
def test_common_networks_keep_everything_in_their_state(name: str) -> None:
    body = Body(name, pooled=True).skeleton()
    assert {key for key, _ in body.named_buffers()} <= set(body.state_dict())


def test_what_is_published_of_torchvisions_networks_is_imagenets() -> None:
    assert published("squeezenet1_0").mean == published("resnet18").mean
