"""Weights from files fit wholly, or are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import Tensor
from torchvision.models import mobilenet_v2

from fledge.core.errors import ModelFileError
from fledge.models.bodies import Body
from fledge.models.vision import vision_net
from fledge.models.weights import TWINS, fit_weights, read_weights

PICTURES = torch.linspace(-1, 1, 3 * 64 * 64).reshape(1, 3, 64, 64)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Mapping[str, Tensor]], Path]:
    """Saves tensors as a plain safetensors file."""

    def save(tensors: Mapping[str, Tensor]) -> Path:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, tmp_path / "weights.safetensors")
        return tmp_path / "weights.safetensors"

    return save


def test_a_file_gives_its_weights_to_the_body_and_leaves_its_classifier(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    whole: Any = timm.create_model("resnet10t", num_classes=7).eval()
    net, network, expected = vision_net("resnet10t", 2, weights=saved(whole.state_dict()))
    with torch.inference_mode():
        torch.testing.assert_close(network.eval().body(PICTURES), whole.forward_features(PICTURES))
    assert (net.outputs, expected.size) == (2, 176)


def test_a_loaded_body_does_not_hold_on_to_the_file(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    file = saved(Body("resnet10t").build().state_dict())
    body: Any = fit_weights(read_weights(file), file, Body("resnet10t"))
    assert not any(isinstance(value, dict) for value in body.pretrained_cfg.values())


def test_torchvisions_names_do_for_the_same_network(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    theirs = mobilenet_v2(weights=None).eval()
    file = saved(theirs.state_dict())
    with torch.inference_mode():
        ours = fit_weights(read_weights(file), file, Body("mobilenetv2_100")).eval()
        torch.testing.assert_close(ours(PICTURES), theirs.features(PICTURES))


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_twins_give_the_same_outputs(name: str) -> None:
    theirs, ours = TWINS[name]().eval(), timm.create_model(name).eval()
    for parameter in theirs.parameters():
        if parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.5, 1.0)
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    with torch.inference_mode():
        torch.testing.assert_close(ours(PICTURES), theirs(PICTURES))


def test_torchvisions_squeezenet_takes_its_own_file(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    body = Body("squeezenet1_1").build().eval()
    file = saved(
        {f"features.{name}": tensor for name, tensor in body.state_dict().items()} | {"classifier.1.bias": torch.zeros(9)}
    )
    _, network, _ = vision_net("squeezenet1_1", 2, weights=file)
    with torch.inference_mode():
        assert torch.equal(network.eval().body(PICTURES), body(PICTURES))


@pytest.mark.parametrize("name", ["resnet10t", "squeezenet1_1"])
def test_one_channel_sums_what_the_colours_had(saved: Callable[[Mapping[str, Tensor]], Path], name: str) -> None:
    body = Body(name).build().eval()
    prefix = "features." if name == "squeezenet1_1" else ""
    file = saved({f"{prefix}{key}": tensor for key, tensor in body.state_dict().items()})
    grey = vision_net(name, 2, weights=file, channels=1)[1].eval()
    with torch.inference_mode():
        torch.testing.assert_close(grey.body(PICTURES[:, :1]), body(PICTURES[:, :1].expand(1, 3, 64, 64)), atol=1e-4, rtol=1e-4)


def test_older_forms_are_converted_by_timm(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    tensors = Body("test_vit", pooled=True).build().state_dict()
    file = saved(tensors)
    smaller = fit_weights(read_weights(file), file, Body("test_vit", pooled=True, size=64))
    assert smaller.get_parameter("pos_embed").shape != tensors["pos_embed"].shape
    torch.testing.assert_close(smaller.get_parameter("norm.weight").data, tensors["norm.weight"])


def test_a_file_for_another_network_is_refused_with_what_it_seems_to_be(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    file = saved(timm.create_model("resnet18").state_dict())
    with pytest.raises(ModelFileError, match=r"does not hold the weights of resnet34: it lacks layer1.2") as caught:
        vision_net("resnet34", 2, weights=file)
    assert "resnet18" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["resnet10t", "dla46_c", "squeezenet1_1"])
def test_no_weight_is_left_to_chance(saved: Callable[[Mapping[str, Tensor]], Path], name: str) -> None:
    prefix = "features." if name == "squeezenet1_1" else ""
    tensors = {f"{prefix}{key}": tensor for key, tensor in Body(name).build().state_dict().items()}
    del tensors[next(key for key in reversed(tensors) if tensors[key].ndim == 4)]
    with pytest.raises(ModelFileError, match=f"does not hold the weights of {name}: it lacks"):
        vision_net(name, 2, weights=saved(tensors))


def test_a_file_with_more_layers_is_refused(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    file = saved(timm.create_model("resnet10t").state_dict() | {"layer5.weight": torch.ones(2, 2)})
    with pytest.raises(ModelFileError, match=r"it holds besides layer5.weight"):
        vision_net("resnet10t", 2, weights=file)


@pytest.mark.parametrize("name", ["weights.pth", "weights.PT", "pytorch_model.bin", "model.pkl"])
def test_a_pickle_is_refused_unread(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelFileError, match=r"is not a safetensors file; .* can hold code") as caught:
        read_weights(tmp_path / name)
    assert "save_file" in str(caught.value.hint)


def test_weights_that_are_not_finite_are_refused(saved: Callable[[Mapping[str, Tensor]], Path]) -> None:
    with pytest.raises(ModelFileError, match="not finite"):
        read_weights(saved({"weight": torch.tensor([1.0, float("nan")])}))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        read_weights(tmp_path / "nowhere.safetensors")
