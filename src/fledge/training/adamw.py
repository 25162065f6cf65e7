"""AdamW with as little as possible between the gradients and the one kernel that uses them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, final

import torch
from torch import Tensor
from torch.optim import Optimizer


@final
class AdamW(Optimizer):
    """torch's fused AdamW, bit for bit, without the tenth of a millisecond that its own front spends on every step.

    Of a small network's step that is more than the arithmetic. What it leaves out: amsgrad, maximize, closures.

    >>> weight = torch.nn.Parameter(torch.ones(2))
    >>> optimizer = AdamW([weight], lr=0.1)
    >>> weight.grad = torch.tensor([1.0, -1.0])
    >>> optimizer.step()
    >>> weight.data
    tensor([0.8990, 1.0990])
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-5,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    # Without the wrapper that keeps torch's compiler from them, and so loads all of it, which takes seconds.
    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    load_state_dict = inspect.unwrap(Optimizer.load_state_dict)
    state_dict = inspect.unwrap(Optimizer.state_dict)
    zero_grad = inspect.unwrap(Optimizer.zero_grad)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Changes every parameter that has a gradient."""
        for group in self.param_groups:
            parameters, means, squares, steps = self._state_of(group["params"])
            if parameters:
                torch._foreach_add_(steps, 1)
                torch._fused_adamw_(
                    parameters,
                    [each.grad for each in parameters if each.grad is not None],
                    means,
                    squares,
                    [],
                    steps,
                    lr=group["lr"],
                    beta1=group["betas"][0],
                    beta2=group["betas"][1],
                    weight_decay=group["weight_decay"],
                    eps=group["eps"],
                    amsgrad=False,
                    maximize=False,
                )

    step.hooked = True  # type: ignore[attr-defined]  # else torch wraps it into its profiler's hooks

    def _state_of(self, parameters: list[Tensor]) -> tuple[list[Tensor], list[Tensor], list[Tensor], list[Tensor]]:
        """The parameters with gradients, and for each its moments and the number of its steps."""
        given = [each for each in parameters if each.grad is not None]
        states = [self.state[each] or self._begun(each) for each in given]
        return (
            given,
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [state["step"] for state in states],
        )

    def _begun(self, parameter: Tensor) -> dict[str, Tensor]:
        state: dict[str, Tensor] = self.state[parameter]
        state["step"] = torch.zeros((), dtype=torch.float32, device=parameter.device)
        state["exp_avg"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        state["exp_avg_sq"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        return state
