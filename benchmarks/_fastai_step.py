"""What a step of fastai's `fit_one_cycle` takes on a tiny network."""

from __future__ import annotations

import sys

import fastai.callback.schedule  # noqa: F401  gives Learner its fit_one_cycle
import torch
from _sides import Measured, Settings, answer, seconds
from _small import Batches, network
from fastai.basics import CrossEntropyLossFlat, DataLoaders, Learner


def step(settings: Settings) -> Measured:
    torch.manual_seed(0)
    dls = DataLoaders(Batches(settings["steps"]), Batches(1), device=torch.device("cpu"))
    learn = Learner(dls, network(), loss_func=CrossEntropyLossFlat())

    def fit(epochs: int) -> None:
        with learn.no_bar(), learn.no_logging():
            learn.fit_one_cycle(epochs)

    fit(1)
    return {"step": seconds(lambda: fit(settings["epochs"])) / (settings["steps"] * settings["epochs"]) * 1e6}


if __name__ == "__main__":
    answer(step, sys.argv[1])
