"""What a stage trains with: model, loaders, optimiser, precision."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, final

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fledge.core.log import log
from fledge.core.seeds import key
from fledge.data.fingerprint import AnyLoader
from fledge.models.groups import freeze, norms_of, parameter_groups
from fledge.models.recogniser import Recogniser
from fledge.training.features import Autocast, Features, stored
from fledge.training.optimizers import build
from fledge.training.settling import settling, unsettled
from fledge.training.stage import Stage

if TYPE_CHECKING:
    from fledge.training.learner import Learner

_NOTHING_TO_SETTLE = nullcontext()

Batches = AnyLoader | Features
"""What a stage trains on: the learner's loaders, or features stored from them."""


@final
@dataclass(eq=False)
class Parts:
    """One stage's model (whole, or the head alone), where its batches come from, and how its weights change."""

    model: nn.Module
    train: Batches
    valid: Batches
    optimizer: Optimizer
    stage: Stage
    autocast: Autocast
    resting: Sequence[nn.Module]
    """Frozen parts, and norms that keep their statistics: these stay in eval mode."""
    scaler: torch.amp.GradScaler | None
    clip: float | None
    seed: int

    def __post_init__(self) -> None:
        self.trained = [each for group in self.optimizer.param_groups for each in group["params"]]
        self.names = {id(parameter): name for name, parameter in self.model.named_parameters()}
        resting = {id(buffer) for module in self.resting for buffer in module.buffers()}
        self._buffers = _by_kind([each for each in self.model.buffers() if id(each) not in resting])
        self._kept = [[each.clone() for each in group] for group in self._buffers]
        self._unsettled = unsettled(self.model, self.resting)

    @classmethod
    def of(cls, learner: Learner, stage: Stage) -> Self:
        """Freezes what the stage leaves alone, and builds the rest."""
        model = learner.model
        train: Batches = learner.dls.train
        valid: Batches = learner.dls.valid
        groups = parameter_groups(model)
        resting = freeze(model, len(groups) - stage.frozen)
        if learner.keep_norms:
            resting = [*resting, *norms_of(model)]
        autocast = learner.autocast
        kept = (
            stored(model, learner.dls.train, learner.dls.valid, autocast)
            if stage.on_features and isinstance(model, Recogniser)
            else None
        )
        if kept is not None and isinstance(model, Recogniser):
            train, valid = kept
            # The head is small: in float32 it is no slower, and better.
            model, resting, autocast = model.head, [], nullcontext
        optimizer = build(learner.optimizer, learner.model, groups, stage)
        scaler = torch.amp.GradScaler(learner.device.type) if learner.precision.scaled else None
        seed = key(learner.seed, "step")
        parts = cls(model, train, valid, optimizer, stage, autocast, resting, scaler, learner.clip, seed)
        log.debug("a stage of %d epochs trains %d tensors", stage.epochs, len(parts.trained))
        return parts

    def to_training(self) -> None:
        """Training mode for what is trained, eval mode for what is frozen."""
        self.model.train()
        for module in self.resting:
            module.eval()

    def prepare_step(self, steps_done: int, *, fresh: bool) -> None:
        """What the model draws in a step (dropout) depends on the seed and the step alone.

        `fresh` says that no gradients wait: what the forward pass changes (batch norms) is kept, to be undone if it fails.
        """
        number = (self.seed + steps_done) & 0x7FFFFFFFFFFFFFFF
        torch.default_generator.manual_seed(number)
        if self.trained[0].device.type == "cuda":
            torch.cuda.manual_seed(number)
        elif self.trained[0].device.type == "mps":
            torch.mps.manual_seed(number)
        if fresh:
            for kept, buffers in zip(self._kept, self._buffers, strict=True):
                torch._foreach_copy_(kept, buffers)

    def settling(self) -> AbstractContextManager[None]:
        """The context of a forward pass in training."""
        return settling(self._unsettled) if self._unsettled else _NOTHING_TO_SETTLE

    def undo_step(self) -> None:
        """Forgets what a failed step left: its gradients, and what it changed in batch norms."""
        self._forget_gradients()
        for kept, buffers in zip(self._kept, self._buffers, strict=True):
            torch._foreach_copy_(buffers, kept)
        self._unsettled = unsettled(self.model, self.resting)

    def backward(self, loss: Tensor, accumulate: int) -> None:
        """Adds up the gradients of a share of a step."""
        loss = loss if accumulate == 1 else loss / accumulate
        scaled: Any = loss if self.scaler is None else self.scaler.scale(loss)
        scaled.backward()

    def set_rates(self, place: float) -> None:
        """Each group's rate at this place of the stage."""
        factor, momentum = self.stage.schedule.rate(place), self.stage.schedule.momentum(place)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_rate"] * factor
            if momentum is not None:
                if "betas" in group:
                    group["betas"] = (momentum, group["betas"][1])
                elif "momentum" in group:
                    group["momentum"] = momentum

    def step_optimizer(self) -> None:
        """Changes the weights, with gradients clipped first where that was asked for."""
        if self.scaler is not None and self.clip is not None:
            self.scaler.unscale_(self.optimizer)
        if self.clip is not None:
            nn.utils.clip_grad_norm_(self.trained, self.clip)
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        self._forget_gradients()

    def _forget_gradients(self) -> None:
        for parameter in self.trained:
            parameter.grad = None


def _by_kind(tensors: list[Tensor]) -> list[list[Tensor]]:
    """Tensors of one type together, so that each group is copied in one go."""
    kinds = {each.dtype for each in tensors}
    return [[each for each in tensors if each.dtype == kind] for kind in kinds]
