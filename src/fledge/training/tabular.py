"""A learner for tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from fledge.classic.material import goal_of
from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture, Custom
from fledge.models.row_ensemble import RowEnsemble
from fledge.models.tabular import TabularNet
from fledge.scoring.each_member import EachMember
from fledge.scoring.losses import Loss
from fledge.tasks.table import task_for
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded
from fledge.transforms.row import Row


def tabular_learner(
    dls: DataLoaders,
    layers: Sequence[int] | None = None,
    *,
    members: int = 1,
    net: nn.Module | None = None,
    dim: int = 8,
    width: int = 128,
    blocks: int = 2,
    dropout: float = 0.2,
    **options: Any,
) -> Learner:
    """A learner for rows of a table: a residual network over vectors of categories and numbers, or plain `layers`.

    With several `members` it is an ensemble in one network, which takes longer and is right more often. `net` is a network
    of your own that takes encoded rows (see `dls.codec.input`). `options` are those of `Learner`.
    """
    if dls.codec is None or not isinstance(dls.codec.input, Row):
        raise UsageError("tabular_learner needs loaders of rows", hint="build them with TabularDataLoaders, or with RowBlock")
    task = options.get("task") or task_for(dls.codec)
    seed = dls.train.seed if options.get("seed") is None else options["seed"]
    # Such networks are small: lower precision would save next to nothing, and round numbers that are told.
    settings: dict[str, Any] = {"lr": 3e-3, "weight_decay": 0.05, "precision": "float32"} | options
    if net is not None:
        return Learner(dls, net, architecture=Custom(type(net).__name__), **settings)
    row: Row = dls.codec.input
    shape: dict[str, Any] = {"slots": row.slots, "steps": row.steps, "flags": len(row.flagged), "dim": dim, "width": width}
    shape |= {"outputs": task.outputs(dls.codec), "blocks": blocks, "dropout": dropout}
    architecture: Architecture = TabularNet(**shape, layers=tuple(layers or ()))
    if members > 1:
        goal = goal_of(dls.codec.target)
        assert goal is not None, "what rows are told to have has a goal"
        architecture = RowEnsemble(**shape, goal=goal, members=members)
        settings["loss"] = _of_each(options.get("loss") or task.loss(dls.codec))
    with seeded(seed):
        model = architecture.build()
    return Learner(dls, model, architecture=architecture, **settings)


def _of_each(loss: Any) -> EachMember:
    """The loss as each member of an ensemble is told it."""
    if not isinstance(loss, Loss):
        raise UsageError(
            "an ensemble needs a loss that can be told to each member", hint="take one of fledge's: CrossEntropy()"
        )
    return EachMember(loss)
