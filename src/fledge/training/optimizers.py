"""Optimisers by name or class, and which parameters they pull towards zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from fledge.core.errors import UnknownName, UsageError
from fledge.models.groups import decays
from fledge.training.adamw import AdamW
from fledge.training.stage import Stage

MakeOptimizer = str | Callable[..., Optimizer]
"""A known name, a torch optimiser class, or a function of (groups, lr)."""


def adamw(groups: list[dict[str, Any]], lr: float) -> Optimizer:
    """AdamW, each step in one fused kernel where there is one, with an epsilon that survives bf16."""
    return AdamW(groups, lr=lr) if _can_fuse(groups) else torch.optim.AdamW(groups, lr=lr, eps=1e-5)


def sgd(groups: list[dict[str, Any]], lr: float) -> Optimizer:
    """Plain descent with momentum."""
    return torch.optim.SGD(groups, lr=lr, momentum=0.9, fused=_can_fuse(groups))


KNOWN: dict[str, Callable[..., Optimizer]] = {"adamw": adamw, "sgd": sgd}


def build(make: MakeOptimizer, model: nn.Module, groups: Sequence[Sequence[nn.Parameter]], stage: Stage) -> Optimizer:
    """The optimiser of a stage: a group of options for each group of parameters that is trained, with and without decay."""
    options = [
        {"params": parameters, "lr": rate, "base_rate": rate, "weight_decay": decay}
        for group, rate in zip(groups, stage.rates, strict=True)
        for parameters, decay in _by_decay(model, group, stage.weight_decay)
    ]
    if not options:
        raise UsageError("nothing is left to train: every parameter is frozen", hint="call learn.unfreeze() first")
    if isinstance(make, str):
        if make not in KNOWN:
            raise UnknownName("optimizer", make, KNOWN)
        make = KNOWN[make]
    return make(options, lr=stage.rates[-1])


def _by_decay(model: nn.Module, group: Sequence[nn.Parameter], decay: float) -> list[tuple[list[nn.Parameter], float]]:
    """The trained parameters of a group, those that decay apart from norms and biases."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    trained = [each for each in group if each.requires_grad]
    with_decay = [each for each in trained if decays(names[id(each)], each)]
    kept = {id(each) for each in with_decay}
    without = [each for each in trained if id(each) not in kept]
    return [(parameters, amount) for parameters, amount in ((with_decay, decay), (without, 0.0)) if parameters]


def _can_fuse(groups: list[dict[str, Any]]) -> bool:
    """Fused kernels exist for floating parameters on these devices."""
    parameters = [each for group in groups for each in group["params"]]
    return all(each.is_floating_point() and each.device.type in ("cpu", "cuda", "mps") for each in parameters)
