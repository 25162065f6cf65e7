"""Places in a row of rising numbers, found in training and in exported graphs alike."""

from __future__ import annotations

import torch
from torch import Tensor


def first_not_below(rising: Tensor, wanted: Tensor) -> Tensor:
    """For each wanted number the place of the first that is not below it, or how many there are.

    >>> first_not_below(torch.tensor([1, 3, 3, 8]), torch.tensor([0, 3, 4, 9])).tolist()
    [0, 1, 3, 4]
    """
    if torch.compiler.is_exporting():
        return by_halves(rising, wanted)
    return torch.searchsorted(rising, wanted)


def by_halves(rising: Tensor, wanted: Tensor) -> Tensor:
    """The same in steps that graphs know, for they have no search: so many as the count has digits in twos.

    >>> by_halves(torch.tensor([1, 3, 3, 8]), torch.tensor([0, 3, 4, 9])).tolist()
    [0, 1, 3, 4]
    """
    count = rising.shape[0]
    below = torch.zeros_like(wanted)  # so many are known to be below
    for digit in reversed(range(count.bit_length())):
        more = below + (1 << digit)
        further = (more <= count) & (rising[(more - 1).clamp_max(count - 1)] < wanted)
        below = torch.where(further, more, below)
    return below
