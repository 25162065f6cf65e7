"""What a step of Lightning's `Trainer.fit` takes on a tiny network, with all of its extras off."""

from __future__ import annotations

import logging
import sys
from typing import Any

import torch
from _sides import Measured, Settings, answer, seconds
from _small import Batches, network
from lightning import LightningModule, Trainer
from torch import Tensor
from torch.nn import functional as F


class Small(LightningModule):
    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.network = network()

    def training_step(self, batch: Any, number: int) -> Tensor:
        inputs, targets = batch
        loss = F.cross_entropy(self.network(inputs), targets)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: Any, number: int) -> None:
        inputs, targets = batch
        self.log("valid_loss", F.cross_entropy(self.network(inputs), targets))

    def configure_optimizers(self) -> Any:
        optimizer = torch.optim.AdamW(self.parameters(), lr=1e-3, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=self.steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def step(settings: Settings) -> Measured:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.manual_seed(0)
    train, held_back = Batches(settings["steps"]), Batches(1)

    def fit(epochs: int) -> None:
        trainer = Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
        )
        trainer.fit(Small(epochs * settings["steps"]), train, held_back)

    fit(1)
    return {"step": seconds(lambda: fit(settings["epochs"])) / (settings["steps"] * settings["epochs"]) * 1e6}


if __name__ == "__main__":
    answer(step, sys.argv[1])
