"""The networks of timm by name; only the family that is asked for is loaded, if it is a common one.

`import timm` brings 1,300 networks of 90 families, torchvision's networks, and PyTorch's compiler: 2 seconds that a
process which loads one model and answers would wait for in vain.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from fledge.core.deferred import defer
from fledge.core.names import Table

if TYPE_CHECKING:
    from timm.models import PretrainedCfg

_FAMILIES = Table(
    "family of networks",
    {
        "convnext": "timm.models.convnext:ConvNeXt",
        "densenet": "timm.models.densenet:DenseNet",
        "efficientnet": "timm.models.efficientnet:EfficientNet",
        "mobilenetv2": "timm.models.efficientnet:EfficientNet",
        "mobilenetv3": "timm.models.mobilenetv3:MobileNetV3",
        "regnet": "timm.models.regnet:RegNet",
        "resnet": "timm.models.resnet:ResNet",
        "resnext": "timm.models.resnet:ResNet",
        "swin_": "timm.models.swin_transformer:SwinTransformer",
        "vit_": "timm.models.vision_transformer:VisionTransformer",
    },
)
"""Where networks whose names begin so are most likely to be found; what is not found there is looked for everywhere."""

_OF_THE_HUB = (
    "check_cached_file",
    "download_cached_file",
    "has_hf_hub",
    "load_custom_from_hf",
    "load_model_config_from_hf",
    "load_model_config_from_path",
    "load_state_dict_from_hf",
    "load_state_dict_from_path",
)
"""What timm imports to fetch weights, an HTTP library behind it: half a second that a model file can do without."""


def is_known(model: str) -> bool:
    """Whether timm has a network of this name.

    >>> is_known("resnet18"), is_known("resnet_18")
    (True, False)
    """
    _load_parts()
    from timm.models._registry import is_model

    if not is_model(model) and (family := next(filter(model.startswith, _FAMILIES), None)) is not None:
        _FAMILIES[family]
    return is_model(model) or model in known()


def known() -> list[str]:
    """Every network timm has."""
    import timm

    return timm.list_models()


def weights_of(model: str) -> list[str]:
    """Every set of pretrained weights timm names for a network it has, each as `model.weights`."""
    if not is_known(model):
        return []
    from timm.models._registry import list_pretrained

    return list_pretrained(f"{model}.*")


def settings_of(name: str) -> PretrainedCfg:
    """What timm says of a network's pretrained weights; of what it doesn't know, what holds for all of ImageNet's."""
    _load_parts()
    from timm.models._pretrained import PretrainedCfg
    from timm.models._registry import get_pretrained_cfg

    return (get_pretrained_cfg(name) if is_known(name.partition(".")[0]) else None) or PretrainedCfg()


def create(name: str, **options: Any) -> nn.Module:
    """A network that `is_known`, built with timm's options."""
    if not is_known(name.partition(".")[0]):
        raise LookupError(f"timm has no network {name}")
    from timm.models._factory import create_model

    return create_model(name, **options)


def adapt_first_layer(channels: int, weights: Tensor) -> Tensor:
    """The weights of a first layer for colours as those of one for this many channels."""
    _load_parts()
    from timm.models._manipulate import adapt_input_conv

    adapted: Tensor = adapt_input_conv(channels, weights)
    return adapted


@cache
def _load_parts() -> None:
    """The parts of timm and torchvision that every family needs, without the rest of both."""
    defer("timm", __version__=version("timm"))
    defer("timm.models")
    defer("timm.models._hub", functions=_OF_THE_HUB)
    defer("torchvision")
    defer("torchvision.models")
    defer("torchvision.ops")
    import torchvision.transforms  # noqa: F401  what else timm.data asks torchvision for
