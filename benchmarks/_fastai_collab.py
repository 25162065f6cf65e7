"""What fastai's `collab_learner` takes and reaches on ratings."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import torch
from _sides import Measured, Settings, answer, seconds
from fastai.collab import CollabDataLoaders, collab_learner
from fastai.data.transforms import IndexSplitter
from fastai.torch_core import set_seed


def ratings(settings: Settings) -> Measured:
    set_seed(settings["seed"], reproducible=True)
    frame = pd.read_csv(settings["ratings"])
    held = np.random.default_rng(settings["seed"]).permutation(len(frame))[: len(frame) // 5]
    dls = CollabDataLoaders.from_df(
        frame, splitter=IndexSplitter(held.tolist()), bs=settings["bs"], device=torch.device("cpu"), num_workers=0
    )
    learn = collab_learner(dls, n_factors=50, y_range=(0.5, 5.5))

    def fit(epochs: int) -> None:
        with learn.no_bar(), learn.no_logging():
            learn.fit_one_cycle(epochs, 5e-3, wd=0.1)

    took = seconds(lambda: fit(settings["epochs"]))
    told, truth = learn.get_preds()
    return {"fit": took, "mse": float((told.squeeze() - truth.squeeze()).square().mean())}


if __name__ == "__main__":
    answer(ratings, sys.argv[1])
