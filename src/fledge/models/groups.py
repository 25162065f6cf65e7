"""A network's parameters in groups, first layers to last: which learn, how fast, and which decay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from torch import nn

from fledge.core.errors import TrainingError, UsageError, listed

_UNDECAYED = frozenset({"bias", "cls_token", "dist_token", "reg_token", "pos_embed", "relative_position_bias_table"})


@runtime_checkable
class Grouped(Protocol):
    """A network that says itself how its parameters belong together."""

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """Every parameter exactly once, first layers first."""
        ...


def parameter_groups(model: nn.Module) -> list[list[nn.Parameter]]:
    """Every parameter exactly once, in groups from the first layers to the last.

    A network with a method of this name says itself; any other is one group.

    >>> [len(group) for group in parameter_groups(nn.Linear(2, 2))]
    [2]
    """
    if not isinstance(model, Grouped):
        return [list(model.parameters())]
    groups = model.parameter_groups()
    _check(model, groups)
    return groups


def freeze(model: nn.Module, train_last: int) -> list[nn.Module]:
    """Leaves only the last groups to be trained; returns the parts that have to stay in eval mode meanwhile.

    Those are the largest parts of which no parameter is trained: frozen means frozen, so their batch norms
    keep their statistics and their dropout rests.

    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    >>> freeze(net, 1), freeze(net, 0) == [net]
    ([], True)
    """
    groups = parameter_groups(model)
    if not 0 <= train_last <= len(groups):
        raise UsageError(f"{train_last} groups can't be trained: this model has {len(groups)}")
    for place, group in enumerate(groups):
        for parameter in group:
            parameter.requires_grad_(place >= len(groups) - train_last)
    return list(_resting(model))


def norms_of(model: nn.Module) -> list[nn.Module]:
    """The batch norms of all but the head, which bring statistics along if the network comes pretrained.

    >>> [type(norm).__name__ for norm in norms_of(nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)))]
    ['BatchNorm2d']
    """
    head = getattr(model, "head", None)
    own = {id(module) for module in head.modules()} if isinstance(head, nn.Module) else set()
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    return [module for module in model.modules() if isinstance(module, kinds) and id(module) not in own]


def decays(name: str, parameter: nn.Parameter) -> bool:
    """Whether weight decay does this parameter good: not biases, norms, tokens and positions.

    >>> net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    >>> [name for name, parameter in net.named_parameters() if decays(name, parameter)]
    ['0.weight']
    """
    return parameter.ndim > 1 and name.rpartition(".")[2] not in _UNDECAYED


def halves(body: nn.Module) -> list[list[nn.Parameter]]:
    """The parameters of the first and of the second half of a body's layers."""
    while (
        not list(body.parameters(recurse=False))
        and len(inner := [child for child in body.children() if list(child.parameters())]) == 1
    ):
        body = inner[0]  # a shell around the network proper
    units = [parameters for parameters in _units(body) if parameters]
    middle = len(units) // 2
    return [[parameter for unit in part for parameter in unit] for part in (units[:middle], units[middle:])]


def _units(module: nn.Module) -> Iterator[list[nn.Parameter]]:
    """The parameters of each layer, in the order they were written down, each parameter once."""
    seen: set[nn.Parameter] = set()
    for owner, whole in _layers(module):
        fresh = [parameter for parameter in owner.parameters(recurse=whole) if parameter not in seen]
        seen.update(fresh)
        yield fresh


def _layers(module: nn.Module) -> Iterator[tuple[nn.Module, bool]]:
    """A module itself (for parameters of its own), then its children, with sequences and lists opened."""
    yield module, False
    for child in module.children():
        if isinstance(child, nn.Sequential | nn.ModuleList):
            yield from _layers(child)
        else:
            yield child, True


def _resting(module: nn.Module) -> Iterator[nn.Module]:
    parameters = list(module.parameters())
    if parameters and not any(parameter.requires_grad for parameter in parameters):
        yield module
        return
    for child in module.children():
        yield from _resting(child)


def _check(model: nn.Module, groups: list[list[nn.Parameter]]) -> None:
    names = {parameter: name for name, parameter in model.named_parameters()}
    given = [parameter for group in groups for parameter in group]
    absent = [name for parameter, name in names.items() if parameter not in set(given)]
    if absent or len(given) != len(names):
        what = f"leave out {listed(absent)}" if absent else "name a parameter twice, or one that is not the model's"
        raise TrainingError(
            f"the parameter groups of {type(model).__name__} {what}", hint="let parameter_groups() give every parameter once"
        )
