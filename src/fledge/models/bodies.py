"""Bodies of vision networks by name: timm's, and torchvision's where timm has none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, final

import torch
from torch import Tensor, nn

from fledge.core.errors import UnknownName, UsageError, shown
from fledge.core.names import Table
from fledge.models.memoryless import without_memory
from fledge.models.zoo import create, is_known, known, settings_of, weights_of

if TYPE_CHECKING:
    from timm.models import PretrainedCfg

Padding = Literal["own", "same"]
"""How convolutions see a picture's border: as the network was drawn up, or as TensorFlow does it."""

NAME = r"^[a-z0-9_]{1,80}(\.[a-z0-9_]{1,80})?\Z"
"""A network, and after a dot which of its pretrained weights; never an address or a path."""

TORCHVISION = Table(
    "network",
    {
        "squeezenet1_0": "torchvision.models.squeezenet:squeezenet1_0",
        "squeezenet1_1": "torchvision.models.squeezenet:squeezenet1_1",
    },
)
_SQUEEZENET_CHANNELS = 512

# What timm and torch raise where a network can't be built, or run, with the settings asked for.
_REFUSALS = (TypeError, ValueError, AssertionError, AttributeError, LookupError, ArithmeticError, RuntimeError)


@final
@dataclass(frozen=True)
class Body:
    """A network up to its last maps, or with `pooled` up to the vector it makes of them itself.

    >>> Body("resnet10t").build()(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 512, 2, 2])
    """

    name: str
    channels: int = 3
    pooled: bool = False
    padding: Padding = "own"
    size: int | None = None
    maps: bool = False
    """Whether it gives its maps of all sizes, from fine to coarse, and not the last alone."""

    def build(self, **loading: Any) -> nn.Module:
        """The module, with random weights unless `loading` tells timm where others are."""
        check_name(self.name)
        chosen = {"pad_type": "same" if self.padding == "same" else None, "img_size": self.size}
        options: dict[str, Any] = {option: value for option, value in chosen.items() if value is not None}
        if self.name in TORCHVISION:
            return self._from_torchvision(options)
        try:
            ending: dict[str, Any] = {"features_only": True} if self.maps else {"num_classes": 0}
            if not (self.pooled or self.maps):
                ending["global_pool"] = ""
            return create(self.name, in_chans=self.channels, **ending, **options, **loading)
        except _REFUSALS as error:
            raise _refused(self.name, options, error) from error

    def skeleton(self) -> nn.Module:
        """The module without memory for its weights."""
        with without_memory():
            return self.build()

    @property
    def published_side(self) -> int:
        """The side of the pictures it was made for."""
        return self.size or published(self.name).input_size[-1]

    def width(self, module: nn.Module) -> int:
        """How many channels the module's output has."""
        maps = int(getattr(module, "num_features", _SQUEEZENET_CHANNELS))
        return int(getattr(module, "head_hidden_size", None) or maps) if self.pooled else maps

    def fitted(self) -> Body:
        """This body ending in maps if those are pooled as they are, else in the vector it makes itself.

        Transformers give tokens, and some networks have layers between pooling and classifier: these pool by
        themselves. It is tried out without memory, at next to no cost.
        """
        check_name(self.name)
        maps, vector = replace(self, pooled=False), replace(self, pooled=True)
        if maps._gives(4, also=vector):
            return maps
        if vector._gives(2, also=vector):
            return vector
        vector.skeleton()  # raises where the settings are what is wrong
        raise UsageError(f"{self.name} makes neither maps nor one vector of a picture", hint='take another, such as "resnet18"')

    def _gives(self, dimensions: int, also: Body) -> bool:
        """Whether a picture becomes something of this many dimensions, with the channels both bodies promise."""
        size = self.published_side
        try:
            module = self.skeleton().eval()
            seen: Tensor = module(torch.zeros(1, self.channels, size, size, device="meta"))
            return seen.ndim == dimensions and seen.shape[1] == self.width(module) == also.width(module)
        except (UsageError, *_REFUSALS):
            return False

    def _from_torchvision(self, options: Mapping[str, Any]) -> nn.Module:
        if self.maps:
            raise UsageError(f"{self.name} gives no maps of several sizes", hint='take another, such as "resnet18"')
        if self.pooled or options:
            raise UsageError(f"{self.name} has no pooling, padding or size to choose", hint="leave them out")
        body: nn.Sequential = TORCHVISION[self.name](weights=None).features
        if self.channels != 3:
            first: Any = body[0]
            body[0] = nn.Conv2d(self.channels, first.out_channels, first.kernel_size, first.stride)
        return body


def check_name(name: str) -> None:
    """Refuses what is not the plain name of a network known here; nothing is looked up elsewhere."""
    model, _, tag = name.partition(".")
    if re.match(NAME, name) is None or not (name in TORCHVISION or is_known(model)):
        raise UnknownName("network", name, [*known(), *TORCHVISION])
    if tag and name not in (tagged := weights_of(model)):
        raise UnknownName(f"weights of {model}", name, tagged)


def published(name: str) -> PretrainedCfg:
    """What timm says of a network's pretrained weights; for torchvision's, what holds for all of ImageNet's."""
    check_name(name)
    return settings_of(name)


def _refused(name: str, options: Mapping[str, Any], error: Exception) -> UsageError:
    chosen = ", ".join(f"{option}={shown(value)}" for option, value in options.items())
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return UsageError(f"timm can't build {name} with {chosen or 'its own settings'}: {reason}")
