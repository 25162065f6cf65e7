"""Optimisers by name or class, and AdamW without its front."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from fledge.core.errors import UnknownName, UsageError
from fledge.training.adamw import AdamW
from tests.training.small import blob_learner


def twins() -> tuple[nn.Linear, nn.Linear]:
    first = nn.Linear(7, 5)
    second = nn.Linear(7, 5)
    second.load_state_dict(first.state_dict())
    return first, second


def test_each_step_is_torchs_own_bit_for_bit() -> None:
    ours, theirs = twins()
    settings: dict[str, Any] = {"lr": 0.01, "betas": (0.9, 0.99), "eps": 1e-5, "weight_decay": 0.1}
    optimizers = AdamW(ours.parameters(), **settings), torch.optim.AdamW(theirs.parameters(), fused=True, **settings)
    for step in range(6):
        for net, optimizer in zip((ours, theirs), optimizers, strict=True):
            optimizer.param_groups[0]["lr"] = 0.01 * (step + 1)
            optimizer.param_groups[0]["betas"] = (0.95 - step / 100, 0.99)
            net(torch.full((3, 7), float(step))).square().mean().backward()
            optimizer.step()
            optimizer.zero_grad()
    assert torch.equal(ours.weight, theirs.weight)
    assert torch.equal(ours.bias, theirs.bias)


def test_a_parameter_without_a_gradient_stays_and_has_no_state() -> None:
    net, before = twins()
    optimizer = AdamW(net.parameters(), lr=0.1)
    net.weight.grad = torch.ones_like(net.weight)
    optimizer.step()
    assert torch.equal(net.bias, before.bias)
    assert not torch.equal(net.weight, before.weight)
    assert len(optimizer.state) == 1


def test_its_state_is_laid_out_as_the_parameter_is() -> None:
    net = nn.Conv2d(3, 8, 3).to(memory_format=torch.channels_last)
    optimizer = AdamW(net.parameters())
    net(torch.ones(1, 3, 8, 8)).sum().backward()
    optimizer.step()
    assert optimizer.state[net.weight]["exp_avg"].stride() == net.weight.stride()


def test_an_unknown_optimizer_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'adamw'"):
        blob_learner(optimizer="adamv").fit(1)


def test_nothing_left_to_train_is_said() -> None:
    learner = blob_learner()
    learner.freeze_to(len(learner.groups))
    with pytest.raises(UsageError, match="every parameter is frozen"):
        learner.fit(1)


@pytest.mark.slow
def test_training_loads_nothing_of_torchs_compiler(tmp_path: Path) -> None:
    code = """
import sys
from tests.training.small import blob_learner
import torch
from fledge.training.adamw import AdamW
blob_learner(folder=sys.argv[1]).fit_one_cycle(2)
optimizer = AdamW([torch.nn.Parameter(torch.ones(2))])
optimizer.load_state_dict(optimizer.state_dict())
optimizer.zero_grad()
print(sorted({"torch._dynamo", "torch._inductor", "sympy", "triton"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "[]\n"
