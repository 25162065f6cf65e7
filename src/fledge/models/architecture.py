"""What a network is built from: a frozen description that can be saved, beside the plain module it builds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, final

import msgspec
from torch import nn

from fledge.core.errors import ModelFileError

Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""A number of channels, outputs or units, as a saved description may give it."""


@dataclass(frozen=True)
class Architecture(ABC):
    """A description of a network: its fields are all that is needed to build it anew, without its weights."""

    @abstractmethod
    def build(self) -> nn.Module:
        """The network with random weights; nothing is ever fetched."""


@final
@dataclass(frozen=True)
class Custom(Architecture):
    """A network of the person's own: only its name is kept, and the module comes from their code.

    >>> Custom("MyNet").class_name
    'MyNet'
    """

    class_name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}\Z")]

    def build(self) -> nn.Module:
        raise ModelFileError(
            f"this model is a network of its maker's own, {self.class_name}, which no file can bring along",
            hint=f"import {self.class_name} and pass it: fledge.load(file, ops=[{self.class_name}])",
        )
