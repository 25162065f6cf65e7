"""What training makes small: outputs against targets, as one number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.scoring.misfit import class_misfit, like_misfit, number_misfit, shapes, share_misfit, tag_misfit, weight_misfit


class Loss(ABC):
    """How far a batch of outputs is from its targets.

    Called, it gives the one number that training steps on; `per_item` gives one for each item, to find the
    worst and to mix targets. Outputs of lower precision are taken to float32 first.
    """

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self.per_item(outputs, targets).mean()

    @abstractmethod
    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """One number for each item of the batch, (batch,)."""

    @abstractmethod
    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        """Why such outputs and targets can't go into this loss, or nothing if they can."""


@final
@dataclass(frozen=True)
class CrossEntropy(Loss):
    """One class out of several: scores (batch, classes, ...) against places (batch, ...), or shares of classes.

    `weights` has one number for each class, `smoothing` is the share of belief that is spread over all
    classes, and targets equal to `ignore_index` don't count.

    >>> CrossEntropy()(torch.tensor([[0.0, 0.0], [9.0, -9.0]]), torch.tensor([1, 0]))
    tensor(0.3466)
    """

    weights: tuple[float, ...] = ()
    smoothing: float = 0.0
    ignore_index: int = -100

    def __post_init__(self) -> None:
        _check_weights(self.weights)
        if not 0 <= self.smoothing < 1:
            raise UsageError(f"label smoothing is a share from 0 up to 1, not {self.smoothing}", hint="try smoothing=0.1")

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        if self.weights or self.ignore_index < 0 or targets.is_floating_point():
            return self._entropy(outputs, targets, "mean")
        # The mean of nothing is no number, and a batch of masks may hold nothing that counts.
        counted = (targets != self.ignore_index).sum().clamp(min=1)
        return self._entropy(outputs, targets, "sum") / counted

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return _per_item(self._entropy(outputs, targets, "none"), targets, self.ignore_index)

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        if targets.is_floating_point():
            return share_misfit(outputs, targets) or weight_misfit(self.weights, outputs)
        return class_misfit(outputs, targets, self.ignore_index) or weight_misfit(self.weights, outputs)

    def _entropy(self, outputs: Tensor, targets: Tensor, reduction: str) -> Tensor:
        weights = _on_device(self.weights, outputs.device) if self.weights else None
        return F.cross_entropy(
            outputs.float(),
            targets,
            weights,
            ignore_index=self.ignore_index,
            reduction=reduction,
            label_smoothing=self.smoothing,
        )


@final
@dataclass(frozen=True)
class Focal(Loss):
    """Cross-entropy that cares less about what is already right: for classes of very unequal size.

    Each entropy is multiplied by (1 - the probability of the right class) to the power `gamma`.

    >>> Focal(gamma=2.0)(torch.tensor([[0.0, 0.0], [9.0, -9.0]]), torch.tensor([1, 0]))
    tensor(0.0866)
    """

    gamma: float = 2.0
    weights: tuple[float, ...] = ()
    ignore_index: int = -100

    def __post_init__(self) -> None:
        _check_weights(self.weights)
        if not 0 <= self.gamma <= 20:
            raise UsageError(f"gamma is a power from 0 to 20, not {self.gamma}", hint="try gamma=2")

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        entropy = F.cross_entropy(outputs.float(), targets, ignore_index=self.ignore_index, reduction="none")
        # The floor keeps the slope finite where an item is exactly right and gamma is below 1.
        focused = (-torch.expm1(-entropy)).clamp(min=1e-6) ** self.gamma * entropy
        if self.weights:
            counted = torch.where(targets == self.ignore_index, 0, targets)
            focused = focused * _on_device(self.weights, outputs.device)[counted]
        return _per_item(focused, targets, self.ignore_index)

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        return class_misfit(outputs, targets, self.ignore_index) or weight_misfit(self.weights, outputs)


@final
@dataclass(frozen=True)
class Dice(Loss):
    """How little of what is claimed and what is there is both: for maps, where a class may cover few places.

    Each item's loss is the mean, over the classes that stand in it, of 1 - 2 * both / (claimed + there), in which probabilities
    are claims in part. `entropy` is the share of cross-entropy in the whole, which helps at the beginning, when nothing is
    right yet. Targets equal to `ignore_index` don't count.

    >>> scores = torch.tensor([[[[9.0, -9.0]], [[-9.0, 9.0]]]])
    >>> Dice()(scores, torch.tensor([[[0, 1]]])).round(decimals=4), Dice()(scores, torch.tensor([[[1, 0]]])).round(decimals=4)
    (tensor(0.), tensor(1.))
    """

    entropy: float = 0.0
    ignore_index: int = -100

    def __post_init__(self) -> None:
        if not 0 <= self.entropy < 1:
            raise UsageError(f"the share of cross-entropy lies from 0 up to 1, not at {self.entropy}", hint="try entropy=0.5")

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        counted = targets != self.ignore_index
        there = torch.zeros_like(outputs, dtype=torch.float32).scatter_(1, torch.where(counted, targets, 0)[:, None], 1.0)
        there = (there * counted[:, None]).flatten(2)  # (batch, classes, places)
        claimed = (outputs.float().softmax(1) * counted[:, None]).flatten(2)
        both, all_claimed, all_there = ((claimed * there).sum(2), claimed.sum(2), there.sum(2))  # (batch, classes)
        stands = (all_there > 0).float()
        apart = (1 - 2 * both / (all_claimed + all_there).clamp(min=1e-6)) * stands
        dice = apart.sum(1) / stands.sum(1).clamp(min=1)
        if not self.entropy:
            return dice
        entropy = CrossEntropy(ignore_index=self.ignore_index).per_item(outputs, targets)
        return (1 - self.entropy) * dice + self.entropy * entropy

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        return class_misfit(outputs, targets, self.ignore_index)


@final
@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """A yes or no for each of several tags: scores (batch, tags) against zeros and ones.

    `positive_weights` says for each tag how much more a yes counts than a no.

    >>> BinaryCrossEntropy()(torch.zeros(2, 3), torch.ones(2, 3))
    tensor(0.6931)
    """

    positive_weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        _check_weights(self.positive_weights)

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        weights = _on_device(self.positive_weights, outputs.device) if self.positive_weights else None
        found = F.binary_cross_entropy_with_logits(outputs.float(), targets.float(), pos_weight=weights, reduction="none")
        return found.reshape(len(found), -1).mean(1)

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        return tag_misfit(outputs, targets) or weight_misfit(self.positive_weights, outputs)


@final
@dataclass(frozen=True)
class SquaredError(Loss):
    """Numbers and their squared distance: (batch, n) against (batch, n), or any shapes with n numbers an item.

    >>> SquaredError()(torch.tensor([[1.0], [3.0]]), torch.tensor([1.0, 1.0]))
    tensor(2.)
    """

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return apart(outputs, targets).square().mean(1)

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        return number_misfit(outputs, targets)


@final
@dataclass(frozen=True)
class AbsoluteError(Loss):
    """Numbers and their distance: far-out values count less than in the squared error.

    >>> AbsoluteError()(torch.tensor([[1.0], [3.0]]), torch.tensor([1.0, 1.0]))
    tensor(1.)
    """

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return apart(outputs, targets).abs().mean(1)

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        return number_misfit(outputs, targets)


@final
@dataclass(frozen=True)
class LikedFirst(Loss):
    """Things liked (1) before others (0): how unlikely each liked one was to be picked of all, by its score.

    Things marked -1 don't count. Outputs and targets are (batch, things).

    >>> LikedFirst()(torch.zeros(1, 3), torch.tensor([[1, 0, -1]]))
    tensor(0.6931)
    """

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        # Far below every score, and still a number.
        logs = outputs.float().masked_fill(targets < 0, -1e9).log_softmax(1)
        liked = targets > 0
        return -(logs * liked).sum(1) / liked.sum(1).clamp(min=1)

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        return like_misfit(outputs, targets)


def apart(outputs: Tensor, targets: Tensor) -> Tensor:
    """Outputs minus targets, (batch, n): number by number, never one stretched to fit the other.

    >>> apart(torch.ones(4, 1), torch.zeros(4)).shape
    torch.Size([4, 1])
    """
    if len(outputs) != len(targets) or outputs.numel() != targets.numel():
        raise UsageError(f"outputs and targets don't match: there are {shapes(outputs, targets)}")
    rows = (len(outputs), -1)
    return outputs.reshape(rows).float() - targets.reshape(rows).float()


@lru_cache(maxsize=64)
def _on_device(weights: tuple[float, ...], device: torch.device) -> Tensor:
    """Weights where they are used, sent there once."""
    with torch.inference_mode(False):
        return torch.tensor(weights, device=device)


def _per_item(found: Tensor, targets: Tensor, ignored: int) -> Tensor:
    """The mean over those of an item's targets that count; for one target an item, the value itself."""
    rows = found.reshape(len(found), -1)
    if targets.is_floating_point():
        return rows.mean(1)
    return rows.sum(1) / (targets.reshape(len(found), -1) != ignored).sum(1).clamp(min=1)


def _check_weights(weights: Sequence[float]) -> None:
    if not all(isfinite(weight) and weight >= 0 for weight in weights):
        raise UsageError(
            f"weights are numbers from 0 on, not {tuple(weights)}", hint="pass one for each class, such as (1.0, 3.5)"
        )
