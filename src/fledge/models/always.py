"""A model that looks at nothing and always says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from fledge.models.architecture import Architecture, Count


@final
@dataclass(frozen=True)
class AlwaysNet(Architecture):
    """The same outputs for every input.

    >>> AlwaysNet(outputs=2).build()(torch.ones(3, 5))
    tensor([[0., 0.],
            [0., 0.],
            [0., 0.]])
    """

    outputs: Count

    def build(self) -> Always:
        return Always(torch.zeros(self.outputs))


class Always(nn.Module):
    """Says `outputs` of whatever it is given."""

    outputs: Tensor

    def __init__(self, outputs: Tensor) -> None:
        super().__init__()
        self.register_buffer("outputs", outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.outputs.expand(inputs.shape[0], -1)  # (batch, outputs)
