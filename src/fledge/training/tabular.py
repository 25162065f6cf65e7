"""A learner for tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture, Custom
from fledge.models.tabular import TabularNet
from fledge.tasks.table import task_for
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded
from fledge.transforms.row import Row


def tabular_learner(
    dls: DataLoaders,
    layers: Sequence[int] | None = None,
    *,
    net: nn.Module | None = None,
    dim: int = 8,
    width: int = 128,
    blocks: int = 2,
    dropout: float = 0.2,
    **options: Any,
) -> Learner:
    """A learner for rows of a table: a residual network over vectors of categories and numbers, or plain `layers`.

    `net` is a network of your own that takes encoded rows (see `dls.codec.input`). `options` are those of `Learner`.
    """
    if dls.codec is None or not isinstance(dls.codec.input, Row):
        raise UsageError("tabular_learner needs loaders of rows", hint="build them with TabularDataLoaders, or with RowBlock")
    row: Row = dls.codec.input
    task = options.get("task") or task_for(dls.codec)
    seed = dls.train.seed if options.get("seed") is None else options["seed"]
    # Such networks are small: lower precision would save next to nothing, and round numbers that are told.
    settings: dict[str, Any] = {"lr": 3e-3, "weight_decay": 0.05, "precision": "float32"} | options
    if net is not None:
        return Learner(dls, net, architecture=Custom(type(net).__name__), **settings)
    architecture: Architecture = TabularNet(
        row.slots, row.steps, len(row.flagged), task.outputs(dls.codec), dim, width, blocks, dropout, tuple(layers or ())
    )
    with seeded(seed):
        model = architecture.build()
    return Learner(dls, model, architecture=architecture, **settings)
