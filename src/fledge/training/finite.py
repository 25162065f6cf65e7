"""Numbers that are none: found in the step in which they arise, before they reach the weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from fledge.core.errors import TrainingError, listed

if TYPE_CHECKING:
    from fledge.training.run import Run

_FEW = 32
"""Up to so many numbers of a processor are added up sooner by Python than by torch."""


def refuse_loss(run: Run) -> float:
    """The loss as a number; one that is none ends the run and names the batch."""
    loss = float(run.loss.detach())
    if math.isfinite(loss):
        return loss
    raise _error(run, f"the loss is {loss}", _cause_of_loss(run))


def refuse_gradients(run: Run) -> None:
    """Gradients that are not finite end the run before the optimiser uses them."""
    parts = run.parts
    assert parts is not None
    if parts.scaler is not None:
        return  # in float16 an overflow now and then is expected: the scaler leaves that step out
    gradients = [each.grad for each in parts.trained if each.grad is not None]
    # One number a tensor; their sum is finite only if every gradient is.
    if gradients and not math.isfinite(_sum(torch._foreach_norm(gradients))):
        bad = [parts.names[id(each)] for each in parts.trained if each.grad is not None and not _is_finite(each.grad)]
        if bad:  # finite gradients may have a norm that is too large for a number: the optimiser can use them
            raise _error(
                run, f"the gradient of {listed(bad, 3)} is not finite", "a loss or layer that divides by zero or overflows"
            )


def _sum(numbers: Sequence[Tensor]) -> float:
    if len(numbers) < _FEW and numbers[0].device.type == "cpu":
        return sum(map(float, numbers))
    return float(torch.stack(list(numbers)).sum())


def _is_finite(values: Tensor) -> bool:
    return bool(values.isfinite().all())


def _cause_of_loss(run: Run) -> str:
    for what, values in (("inputs", run.inputs), ("targets", run.targets)):
        if isinstance(values, Tensor) and values.is_floating_point() and not _is_finite(values):
            return f"{what} of this batch are not finite: look at the items named"
    return "a learning rate that is too high, or a loss that divides by zero or takes the log of zero"


def _error(run: Run, what: str, cause: str) -> TrainingError:
    """The error, once the run stands where its weights were last changed."""
    where = f"in step {run.place.step} of epoch {run.first_epoch + run.epoch}"
    names = listed(run.item_names(), 8)
    run.back_to_safety()
    return TrainingError(
        f"{what} {where}; likely cause: {cause}. Items of the batch: {names}",
        hint="the weights are those from before this step; lower the learning rate (learn.lr_find()) or mend the items, "
        "and call learn.resume() to go on from here",
    )
