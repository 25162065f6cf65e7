"""Batches."""

from __future__ import annotations

import numpy as np
import torch

from fledge.data.batch import Batch


def test_a_batch_is_unpacked_like_a_pair() -> None:
    inputs, targets = Batch(torch.zeros(3, 2), torch.ones(3), np.arange(3))
    assert inputs.shape == (3, 2)
    assert targets.sum() == 3


def test_inputs_of_several_tensors_move_together() -> None:
    batch = Batch({"ids": torch.zeros(4, 2), "rest": [torch.zeros(4)]}, (torch.ones(4), None)).to("meta")
    assert len(batch) == 4
    assert batch.inputs["ids"].is_meta
    assert batch.inputs["rest"][0].is_meta
    assert batch.targets[0].is_meta
