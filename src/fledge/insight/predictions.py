"""What a model said of many items, kept beside what is true of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.scoring.figure import Figure


@final
@dataclass(frozen=True, eq=False)
class Predictions:
    """A model's results for many items, a row each; it unpacks as probabilities and targets.

    `targets` and `losses` are missing where nobody knows what is true. `items` says where each row's item stands in
    the samples it was read from, `names` what to call it; without them, rows stand for themselves.

    >>> import torch
    >>> probabilities, targets = Predictions(torch.zeros(2, 3), torch.full((2, 3), 1 / 3), torch.tensor([0, 2]))
    >>> probabilities.shape, targets
    (torch.Size([2, 3]), tensor([0, 2]))
    """

    outputs: Tensor
    probabilities: Tensor
    targets: Tensor | None = None
    losses: Tensor | None = None
    items: NDArray[np.int64] | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    names: Sequence[str] = ()

    def __post_init__(self) -> None:
        columns = {
            "probabilities": self.probabilities,
            "targets": self.targets,
            "losses": self.losses,
            "items": self.items,
            "names": self.names or None,
        }
        for what, column in columns.items():
            if column is not None and len(column) != len(self.outputs):
                raise UsageError(f"{len(self.outputs)} outputs and {len(column)} {what} don't belong together")

    def __len__(self) -> int:
        return len(self.outputs)

    def __iter__(self) -> Iterator[Tensor | None]:
        yield self.probabilities
        yield self.targets

    def place(self, row: int) -> int:
        """Where a row's item stands in the samples."""
        return row if self.items is None else int(self.items[row])

    def name(self, row: int) -> str:
        """What to call a row's item."""
        return self.names[row] if self.names else f"item {self.place(row)}"

    def __repr__(self) -> str:
        known = "" if self.targets is not None else ", targets unknown"
        figures = [f"  {name}: {figure}" for name, figure in self.figures.items()]
        return "\n".join([f"Predictions for {len(self):,} items ({_shape(self.outputs)} each{known})", *figures])


def _shape(rows: Tensor) -> str:
    """The outputs of one row, counted."""
    sizes = rows.shape[1:]
    return "1 output" if sizes.numel() == 1 else f"{' x '.join(str(size) for size in sizes)} outputs"
