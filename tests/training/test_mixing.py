"""Training on mixtures."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.scoring.losses import BinaryCrossEntropy, CrossEntropy, Focal, SquaredError
from fledge.training.callback import Callback
from fledge.training.mixing import CutMix, MixUp
from fledge.training.run import Run
from tests.training.small import blob_learner, blobs, in_batches, photo_learner, same, weights
from tests.training.test_resume import Signal


class Watch(Callback):
    """Keeps what the model was given, beside the batch as it came."""

    def __init__(self) -> None:
        self.seen: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []

    def loss_end(self, run: Run) -> None:
        self.seen.append((run.batch.inputs, run.batch.targets, run.inputs, run.targets))


def test_inputs_and_classes_are_mixed_in_the_same_shares() -> None:
    watch = Watch()
    blob_learner(callbacks=[MixUp(), watch]).fit(1)
    for inputs, targets, mixed, shares in watch.seen:
        assert shares.shape == (len(targets), 2)
        assert torch.allclose(shares.sum(1), torch.ones(len(targets)))
        own = shares.gather(1, targets[:, None])
        assert bool((own >= 0.5).all())
        assert not torch.equal(mixed, inputs)


@pytest.mark.parametrize("mixing", [MixUp(), CutMix()])
def test_photos_are_learned_from_mixtures(mixing: Callback, photos: Path) -> None:
    learner = photo_learner(photos, callbacks=[mixing])
    learner.fit_one_cycle(6, 1e-2)
    assert learner.validate()["accuracy"].value >= 0.8


@pytest.mark.parametrize("loss", [F.cross_entropy, nn.CrossEntropyLoss(), CrossEntropy((1.0, 2.0), smoothing=0.1)])
def test_losses_that_know_shares_are_taken(loss: object) -> None:
    learner = blob_learner(callbacks=[MixUp()], loss=loss)
    learner.fit(1)
    assert learner.history[0]["valid_loss"] is not None


def test_a_loss_that_knows_no_shares_is_refused_before_the_first_step() -> None:
    learner = blob_learner(callbacks=[MixUp()], loss=Focal())
    before = weights(learner)
    with pytest.raises(UsageError, match="the loss Focal doesn't go with this data"):
        learner.fit(1)
    assert same(weights(learner), before)


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), SquaredError()])
def test_tags_and_numbers_become_means(loss: object) -> None:
    inputs, classes = blobs()
    batches = in_batches(inputs, F.one_hot(classes, 2).float(), 16)
    watch = Watch()
    blob_learner(dls=DataLoaders.from_loaders(batches, batches, device="cpu"), loss=loss, callbacks=[MixUp(), watch]).fit(1)
    _, targets, _, mixed = watch.seen[0]
    assert mixed.shape == targets.shape
    assert bool(((mixed > 0) & (mixed < 1)).any())


def test_both_can_be_done_at_once(photos: Path) -> None:
    learner = photo_learner(photos, callbacks=[MixUp(), CutMix()])
    learner.fit(1)
    assert learner.history[0]["train_loss"] is not None


@pytest.mark.parametrize("after", [2, 5])
def test_a_resumed_run_mixes_the_same(after: int, tmp_path: Path) -> None:
    whole = blob_learner(callbacks=[MixUp(), Signal(-1)])
    whole.fit(3)
    with pytest.raises(KeyboardInterrupt):
        blob_learner(callbacks=[MixUp(), Signal(after)], folder=tmp_path).fit(3)
    second = blob_learner(callbacks=[MixUp(), Signal(-1)])
    second.resume(tmp_path)
    assert same(weights(second), weights(whole))


def test_each_epoch_mixes_otherwise() -> None:
    watch = Watch()
    blob_learner(callbacks=[MixUp(), watch]).fit(2)
    assert torch.equal(watch.seen[0][0], watch.seen[4][0])
    assert not torch.equal(watch.seen[0][2], watch.seen[4][2])


def test_stored_features_are_mixed_but_not_cut(photos: Path) -> None:
    watch = Watch()
    photo_learner(photos, random=False, callbacks=[MixUp(), CutMix(), watch]).fit_head(1)
    assert watch.seen[0][2].ndim == 2
    assert not torch.equal(watch.seen[0][0], watch.seen[0][2])
    cut = Watch()
    photo_learner(photos, random=False, callbacks=[CutMix(), cut]).fit_head(1)
    assert torch.equal(cut.seen[0][0], cut.seen[0][2])


def test_only_pictures_can_be_cut() -> None:
    with pytest.raises(UsageError, match="not inputs of shape"):
        blob_learner(callbacks=[CutMix()]).fit(1)


def test_maps_of_classes_are_not_mixed() -> None:
    batches = [(torch.zeros(4, 3, 8, 8), torch.zeros(4, 8, 8, dtype=torch.int64))]
    dls = DataLoaders.from_loaders(batches, batches, device="cpu")
    with pytest.raises(UsageError, match="only one class an item"):
        blob_learner(dls=dls, net=nn.Conv2d(3, 2, 1), callbacks=[MixUp()]).fit(1)


@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan"), float("inf")])
def test_an_alpha_that_is_none_is_refused(alpha: float) -> None:
    with pytest.raises(UsageError, match="alpha="):
        MixUp(alpha)
    with pytest.raises(UsageError, match="alpha="):
        CutMix(alpha)
