"""Weights out of a file, fitted to a body: all of it, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fledge.core.errors import ModelFileError, UsageError, listed
from fledge.core.names import Table
from fledge.core.tensorfile import TensorFile
from fledge.models.bodies import TORCHVISION, Body, published
from fledge.models.memoryless import without_memory
from fledge.models.zoo import adapt_first_layer, create

TWINS = Table(
    "network",
    {
        "mobilenetv2_100": "torchvision.models.mobilenetv2:mobilenet_v2",
        "mnasnet_100": "torchvision.models.mnasnet:mnasnet1_0",
        "efficientnet_b0": "torchvision.models.efficientnet:efficientnet_b0",
    },
)
"""Networks that torchvision builds of the same layers in the same order, under names of its own."""

_COMMON = (
    *("resnet18", "resnet34", "resnet50", "resnet101", "densenet121", "convnext_tiny", "efficientnet_b0", "efficientnet_b3"),
    *("mobilenetv2_100", "mobilenetv3_small_100", "mobilenetv3_large_100", "swin_tiny_patch4_window7_224"),
    *("vit_tiny_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224"),
)
"""What a file that doesn't fit is compared with, to say what it seems to be."""


def read_weights(file: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, all finite; a pickle is refused by its name, unread."""
    if file.suffix.lower() in (".pth", ".pt", ".bin", ".pkl", ".ckpt", ".tar", ".h5", ".npz"):
        raise ModelFileError(
            f"{file} is not a safetensors file; files of its kind can hold code, so they are not read",
            hint="convert it where you trust it: safetensors.torch.save_file(state_dict, 'weights.safetensors')",
        )
    return TensorFile.open(file, foreign=True).tensors(finite=True)


def fit_weights(tensors: Mapping[str, Tensor], file: Path, body: Body) -> nn.Module:
    """The body with a file's weights, without its classifier; refused unless every tensor finds its place."""
    if body.name in TORCHVISION:
        return _fit_torchvision(tensors, file, body)
    ours = {key: tensor for key, tensor in _renamed(tensors, body.name).items() if not _of_classifier(key, body.name)}
    ours = _for_maps(ours, body) if body.maps else ours
    try:
        module = _loaded(body, ours)
    except UsageError as error:
        raise _misfit(ours, file, body) from error.__cause__
    if not set(module.state_dict()) <= set(ours) and _left_random(module, _loaded(body, ours)):
        raise _misfit(ours, file, body)
    return module


def _for_maps(tensors: Mapping[str, Tensor], body: Body) -> dict[str, Tensor]:
    """Without the layers that stand behind the last maps, where timm leaves them out: it would warn of each."""
    kept = body.skeleton().state_dict()
    known = replace(body, maps=False).skeleton().state_dict()
    leaves_out = set(kept) < set(known) and set(known) <= set(tensors)
    return {key: tensor for key, tensor in tensors.items() if not leaves_out or key in kept or key not in known}


def _loaded(body: Body, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The body as timm loads it: older forms and other channels are converted, strictly, with no classifier expected."""
    overlay = {"state_dict": dict(tensors), "num_classes": 0, "classifier": None, "custom_load": False, "source": None}
    module: Any = body.build(pretrained=True, pretrained_cfg_overlay=overlay)
    module.pretrained_cfg.pop("state_dict")  # else every copy of the module would hold the file's tensors too
    return module  # type: ignore[no-any-return]


def _fit_torchvision(tensors: Mapping[str, Tensor], file: Path, body: Body) -> nn.Module:
    module = body.build()
    ours = {key.removeprefix("features."): tensor for key, tensor in tensors.items() if not key.startswith("classifier.")}
    try:
        if body.channels != 3:
            ours["0.weight"] = adapt_first_layer(body.channels, ours["0.weight"])
        module.load_state_dict(ours)
    except (RuntimeError, LookupError, NotImplementedError) as error:
        raise _misfit(ours, file, body) from error
    return module


def _renamed(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """A file of torchvision's under timm's names: both list the same layers in the same order."""
    model = name.partition(".")[0]
    if model not in TWINS:
        return dict(tensors)
    with without_memory():
        theirs, ours = TWINS[model]().state_dict(), create(model).state_dict()
    if set(theirs) != set(tensors):
        return dict(tensors)
    return {mine: tensors[their] for mine, their in zip(ours, theirs, strict=True)}


def _of_classifier(key: str, name: str) -> bool:
    layers = published(name).classifier or ()
    return any(key.startswith(f"{layer}.") for layer in ((layers,) if isinstance(layers, str) else layers))


def _left_random(module: nn.Module, again: nn.Module) -> bool:
    """Whether two loadings of one file differ, so that some weights came from chance and not from the file."""
    second = again.state_dict()
    return any(not torch.equal(tensor, second[key]) for key, tensor in module.state_dict().items())


def _misfit(tensors: Mapping[str, Tensor], file: Path, body: Body) -> ModelFileError:
    """What a file seems to hold instead, and the first tensors that don't fit."""
    expected, name = body.skeleton().state_dict(), body.name
    absent = [key for key in expected if key not in tensors]
    other = [
        f"{key} {tuple(tensors[key].shape)} for {tuple(tensor.shape)}"
        for key, tensor in expected.items()
        if key in tensors and tensors[key].shape != tensor.shape
    ]
    unknown = [key for key in tensors if key not in expected]
    words = [("lacks", absent), ("has other shapes:", other), ("holds besides", unknown)]
    found = "; ".join(f"{word} {listed(keys, limit=3)}" for word, keys in words if keys)
    seems = _seems_to_be(tensors)
    hint = f'it seems to hold "{seems}": name that network' if seems else f"pass the weights of {name}, by timm's names"
    return ModelFileError(f"{file} does not hold the weights of {name}: it {found or 'can not be converted'}", hint=hint)


def _seems_to_be(tensors: Mapping[str, Tensor]) -> str | None:
    """The common network whose tensors have nearly the same shapes, whatever their names."""
    shapes = Counter(tuple(tensor.shape) for tensor in tensors.values())
    likeness = {name: _likeness(shapes, _shapes(name)) for name in (*_COMMON, *TORCHVISION)}
    best = max(likeness, key=lambda name: likeness[name])
    return best if likeness[best] > 0.9 else None


@cache
def _shapes(name: str) -> Counter[tuple[int, ...]]:
    skeleton = Body(name, pooled=name not in TORCHVISION).skeleton()
    return Counter(tuple(tensor.shape) for tensor in skeleton.state_dict().values())


def _likeness(one: Counter[tuple[int, ...]], other: Counter[tuple[int, ...]]) -> float:
    return (one & other).total() / max(1, (one | other).total())
