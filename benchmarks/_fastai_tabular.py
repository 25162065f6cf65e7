"""What fastai's `tabular_learner` takes and reaches on a table."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

import pandas as pd
import torch
from _sides import Measured, Settings, answer
from fastai.tabular.all import (
    Categorify,
    FillMissing,
    Normalize,
    RandomSplitter,
    TabularDataLoaders,
    accuracy,
    range_of,
    set_seed,
    tabular_learner,
)


def adult(settings: Settings) -> Measured:
    set_seed(settings["seed"], reproducible=True)
    train, test = pd.read_csv(settings["train"]), pd.read_csv(settings["test"])
    target = "salary"
    categories = [name for name in train if train[name].dtype.kind not in "if" and name != target]
    numbers = [name for name in train if train[name].dtype.kind in "if"]
    valid = RandomSplitter(0.2, seed=settings["seed"])(range_of(train))[1]
    dls = TabularDataLoaders.from_df(
        train,
        procs=[Categorify, FillMissing, Normalize],
        cat_names=categories,
        cont_names=numbers,
        y_names=target,
        valid_idx=list(valid),
        bs=settings["bs"],
        device=torch.device("cpu"),
    )

    def learned(epochs: int) -> Any:
        learn = tabular_learner(dls, layers=[200, 100], metrics=accuracy)
        with learn.no_bar(), learn.no_logging():
            learn.fit_one_cycle(epochs)
        return learn

    learned(1)
    began = perf_counter()
    learn = learned(settings["epochs"])
    took = perf_counter() - began
    told, truth = learn.get_preds(dl=dls.test_dl(test, with_labels=True))
    return {"fit": took, "accuracy": float((told.argmax(1) == truth.squeeze()).float().mean())}


if __name__ == "__main__":
    answer(adult, sys.argv[1])
