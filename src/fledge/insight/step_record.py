"""One training step, opened and read in numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any, final

import torch
from torch import Tensor, nn

from fledge.data.batch import tensors_in

_WHOLE_MODEL = "(model)"
_HEADINGS = ("layer", "activation", "mean", "std", "weights", "gradients", "change", "change/weights")


@final
@dataclass(frozen=True, eq=False, repr=False)
class StepRecord:
    """What one step was given, what it worked out, and what it changed.

    `activations` holds what each layer gave, `gradients` the slope of the loss, `before` and `after` the parameters;
    all by name. A parameter that isn't trained has no gradient.
    """

    inputs: Any
    targets: Any
    outputs: Any
    loss: float
    activations: Mapping[str, Tensor]
    gradients: Mapping[str, Tensor]
    before: Mapping[str, Tensor]
    after: Mapping[str, Tensor]

    def table(self) -> list[dict[str, Any]]:
        """A row for each layer that gave something or has weights; None where it has no such thing.

        `weights`, `gradients` and `change` are lengths (the root of the summed squares) over all parameters of the layer.
        """
        owners = [_layer_of(name) for name in self.before]
        missed = [layer for layer in dict.fromkeys(owners) if layer not in self.activations]
        return [self._row(layer) for layer in [*self.activations, *missed]]

    def __str__(self) -> str:
        rows = [_HEADINGS, *(_texts(row) for row in self.table())]
        widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADINGS))]
        left = {0, 1}  # names and shapes begin, numbers end, at the same column
        lines = (
            "  ".join(
                text.ljust(width) if place in left else text.rjust(width)
                for place, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )
        return "\n".join([self._headline(), *lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(heading)}</th>" for heading in _HEADINGS)
        body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in _texts(row))}</tr>" for row in self.table())
        return f"<p>{escape(self._headline())}</p><table><tr>{head}</tr>{body}</table>"

    def _headline(self) -> str:
        sides = (("inputs", self.inputs), ("targets", self.targets), ("outputs", self.outputs))
        shapes = [f"{name} {_shapes(value)}" for name, value in sides]
        return ", ".join([f"One step: loss {self.loss:.6g}", *shapes])

    def _row(self, layer: str) -> dict[str, Any]:
        names = [name for name in self.before if _layer_of(name) == layer]
        given = self.activations.get(layer)
        weights = _length([self.before[name] for name in names])
        change = _length([self.after[name].float() - self.before[name].float() for name in names])
        return {
            "layer": layer or _WHOLE_MODEL,
            "activation": None if given is None else tuple(given.shape),
            "mean": None if given is None else given.float().mean().item(),
            "std": None if given is None else given.float().std(correction=0).item(),
            "weights": weights,
            "gradients": _length([self.gradients[name] for name in names if name in self.gradients]),
            "change": change,
            "change/weights": change / weights if weights and change is not None else None,
        }


@contextmanager
def record_activations(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """What each innermost layer gives while this lasts, copied, by the layer's name and in the order of calls.

    A layer called again is listed again, as "name (2)"; what it gave besides its first tensor is left out.

    >>> with record_activations(nn.Sequential(nn.Linear(3, 2), nn.ReLU())) as activations:
    ...     pass
    >>> activations
    {}
    """
    activations: dict[str, Tensor] = {}
    leaves = [(name, module) for name, module in model.named_modules() if not any(True for _ in module.children())]
    hooks = [module.register_forward_hook(_keep(name, activations)) for name, module in leaves]
    try:
        yield activations
    finally:
        for hook in hooks:
            hook.remove()


def _keep(name: str, activations: dict[str, Tensor]) -> Callable[[nn.Module, Any, Any], None]:
    calls = 0

    def hook(module: nn.Module, inputs: Any, output: Any) -> None:
        nonlocal calls
        given = next(tensors_in(output), None)
        if given is not None:
            calls += 1
            # Copied: the next layer may write over it in place.
            activations[name if calls == 1 else f"{name} ({calls})"] = given.detach().clone()

    return hook


def _layer_of(parameter: str) -> str:
    """The layer a parameter belongs to.

    >>> _layer_of("body.0.weight"), _layer_of("weight")
    ('body.0', '')
    """
    return parameter.rpartition(".")[0]


def _length(tensors: list[Tensor]) -> float | None:
    if not tensors:
        return None
    return float(torch.stack([tensor.detach().float().norm().cpu() for tensor in tensors]).norm())


def _texts(row: dict[str, Any]) -> list[str]:
    return [_text(row[heading]) for heading in _HEADINGS]


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return "x".join(str(size) for size in value) or "1"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _shapes(value: Any) -> str:
    return " + ".join(_text(tuple(tensor.shape)) for tensor in tensors_in(value)) or "none"
