"""Whether a loss goes with a batch, found out before the first step."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.scoring.losses import AbsoluteError, BinaryCrossEntropy, CrossEntropy, Loss, SquaredError
from fledge.scoring.misfit import described, shapes

LIKE: dict[Any, Loss] = {
    nn.CrossEntropyLoss: CrossEntropy(),
    F.cross_entropy: CrossEntropy(),
    nn.BCEWithLogitsLoss: BinaryCrossEntropy(),
    F.binary_cross_entropy_with_logits: BinaryCrossEntropy(),
    nn.MSELoss: SquaredError(),
    F.mse_loss: SquaredError(),
    nn.L1Loss: AbsoluteError(),
    F.l1_loss: AbsoluteError(),
}
"""torch's own losses that take what one of ours takes."""


def check_loss(loss: Callable[[Tensor, Tensor], Tensor], outputs: Tensor, targets: Tensor) -> None:
    """Refuses a loss that can't be taken of these outputs and targets, and names one that can.

    >>> check_loss(nn.MSELoss(), torch.zeros(2, 10), torch.tensor([3, 7]))
    Traceback (most recent call last):
    ...
    fledge.core.errors.UsageError: the loss MSELoss doesn't go with this data: it needs numbers, and the targets are whole \
numbers from 3 to 7 of shape (2,)
      what to do: pass loss=CrossEntropy()
    """
    outputs = outputs.detach()
    reason = _known_misfit(loss, outputs, targets) or _failure(loss, outputs, targets)
    if reason is not None:
        raise UsageError(f"the loss {_name(loss)} doesn't go with this data: {reason}", hint=_advice(outputs, targets))


def _known_misfit(loss: object, outputs: Tensor, targets: Tensor) -> str | None:
    if isinstance(loss, Loss):
        return loss.misfit(outputs, targets)
    if isinstance(loss, nn.CrossEntropyLoss):
        return CrossEntropy(ignore_index=loss.ignore_index).misfit(outputs, targets)
    alike = next((ours for theirs, ours in LIKE.items() if loss is theirs or type(loss) is theirs), None)
    return None if alike is None else alike.misfit(outputs, targets)


def _failure(loss: Callable[[Tensor, Tensor], Tensor], outputs: Tensor, targets: Tensor) -> str | None:
    """What goes wrong when the loss is taken, with torch's warning about stretched shapes as an error."""
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.filterwarnings("error", message="Using a target size")
            value = loss(outputs, targets)
    except (RuntimeError, ValueError, IndexError, TypeError, UserWarning) as error:
        return f"{error} (there are {shapes(outputs, targets)}, {targets.dtype})"
    if not isinstance(value, Tensor) or value.numel() != 1:
        met = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        return f"it has to give one number as a tensor, and gives {met}"
    return None


def _advice(outputs: Tensor, targets: Tensor) -> str:
    fitting = _usual_loss(targets)
    if fitting.misfit(outputs, targets) is None:
        return f"pass loss={type(fitting).__name__}()"
    if targets.dtype == torch.int64 and targets.ndim == 1 and targets.min() >= 0:
        return f"targets are classes: give the model at least {int(targets.max()) + 1} outputs and pass loss=CrossEntropy()"
    if targets.is_floating_point():
        per_item = targets.numel() // max(len(targets), 1)
        return f"targets are {described(targets)}: give the model {per_item} outputs, one for each number"
    return f"targets are {described(targets)}: encode labels with CategoryBlock, numbers with NumberBlock"


def _usual_loss(targets: Tensor) -> Loss:
    """The loss for targets that look like these."""
    if not targets.is_floating_point():
        return CrossEntropy()
    zeros_and_ones = targets.ndim > 1 and bool(((targets == 0) | (targets == 1)).all())
    return BinaryCrossEntropy() if zeros_and_ones else SquaredError()


def _name(loss: object) -> str:
    return getattr(loss, "__name__", type(loss).__name__)
