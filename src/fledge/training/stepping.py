"""One step of training, opened; and the learner in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import torch
from torch import Tensor

from fledge.data.batch import Batch
from fledge.data.foreign import as_batch
from fledge.insight.step_record import StepRecord, record_activations
from fledge.training.callback import Callback
from fledge.training.loop import step
from fledge.training.parts import Parts
from fledge.training.run import Run

if TYPE_CHECKING:
    from fledge.training.learner import Learner


def one_step(run: Run, batch: Batch | tuple[Any, Any] | None) -> StepRecord:
    """Takes a step with this batch (or the first to learn from) and records it; the loop's own step, nothing else."""
    learner = run.learner
    chosen = (learner.dls.one_batch() if batch is None else as_batch(batch)).to(learner.device)
    if run.parts is None:
        run.parts = Parts.of(learner, run.stage)
        run.optimizer = run.parts.optimizer
    run.parts.to_training()
    run.place.step = 0  # every step by hand is one of its own, at the same rate
    watch = _Gradients()
    recorded = Run(learner, run.plan, [*run.callbacks, watch], place=run.place)
    recorded.parts, recorded.optimizer = run.parts, run.optimizer
    before = _weights(run.parts)
    with torch.random.fork_rng(), record_activations(run.parts.model) as activations:
        step(recorded, chosen)
    return StepRecord(
        chosen.inputs,
        chosen.targets,
        recorded.outputs.detach(),
        float(recorded.loss.detach()),
        activations,
        watch.gradients,
        before,
        _weights(run.parts),
    )


def _weights(parts: Parts) -> dict[str, Tensor]:
    return {name: each.detach().clone() for name, each in parts.model.named_parameters()}


@final
class _Gradients(Callback):
    """Keeps a copy of the gradients before the optimiser uses them."""

    def __init__(self) -> None:
        self.gradients: dict[str, Tensor] = {}

    def update_start(self, run: Run) -> None:
        named = run.model.named_parameters()
        self.gradients = {name: each.grad.detach().clone() for name, each in named if each.grad is not None}


def summary_of(learner: Learner) -> str:
    """The network's groups and their sizes, what is trained, and with what."""
    rows = [
        f"  group {number}: {sum(each.numel() for each in group):>12,} parameters, "
        + ("frozen" if number < learner.frozen else "trained")
        for number, group in enumerate(learner.groups)
    ]
    total = sum(each.numel() for group in learner.groups for each in group)
    optimizer = learner.optimizer if isinstance(learner.optimizer, str) else getattr(learner.optimizer, "__name__", "own")
    return "\n".join(
        [
            f"{type(learner.model).__name__}: {total:,} parameters ({learner.architecture})",
            *rows,
            f"Task       {'unknown' if learner.task is None else learner.task.title}",
            f"Loss       {getattr(learner.loss, '__name__', learner.loss)}",
            f"Metrics    {', '.join(metric.name for metric in learner.metrics) or 'none'}",
            f"Optimizer  {optimizer}, weight decay {learner.weight_decay:g}",
            f"Data       {learner.dls.train.count} samples to learn from, {learner.dls.valid.count} held back",
            f"Device     {learner.device}, {learner.precision}",
        ]
    )
