"""Movements the whole way: from files to a model that is called."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.data.pieces import in_pieces
from fledge.data.track_dataloaders import TrackDataLoaders
from fledge.predictor.model_file import load
from fledge.tasks.answer import Verified
from fledge.tasks.track_verification import TrackVerification
from fledge.training.mixing import MixUp
from fledge.training.track import track_learner
from fledge.transforms.track import TrackBlock
from fledge.transforms.track_drawing import Canvas
from tests.tracks import make_tracks
from tests.training.small import same, weights
from tests.training.test_resume import Signal


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tracks(tmp_path_factory.mktemp("tracks") / "people", each=10, events=40)


def loaders(tracks: Path, owner: str | None = None, workers: int = 0) -> DataLoaders:
    block = TrackBlock(events=24, canvas=Canvas(size=24))
    return TrackDataLoaders.from_folder(
        tracks, valid_pct=0.25, seed=1, bs=8, workers=workers, device="cpu", owner=owner, track=block
    )


def test_a_learner_learns_saves_and_answers_from_a_file_alike(tracks: Path, tmp_path: Path) -> None:
    dls = loaders(tracks)
    learn = track_learner(dls, precision="float32", progress=False)
    learn.fit_one_cycle(12, 1e-2)
    assert learn.validate()["accuracy"].value >= 0.8
    saved = learn.export(tmp_path / "people.safetensors")
    files = list(dls.valid.samples.inputs)  # type: ignore[union-attr]
    answers = load(tmp_path / "people.safetensors", check=True)(files)
    assert [str(each) for each in answers] == [str(saved(file)) for file in files]
    assert [str(each) for each in answers] == [str(saved(file.read_bytes())) for file in files]
    assert sum(each.label == file.parent.name for each, file in zip(answers, files, strict=True)) >= 0.8 * len(files)


def test_by_session_and_by_piece_are_different_figures(tracks: Path) -> None:
    dls = loaders(tracks)
    learn = track_learner(dls, precision="float32", progress=False)
    by_piece = learn.validate(in_pieces(dls.valid))["accuracy"]  # type: ignore[arg-type]
    assert (learn.validate()["accuracy"].count, by_piece.count) == (5, 14)


def test_an_owner_is_told_from_others_with_a_threshold_of_equal_error(tracks: Path, tmp_path: Path) -> None:
    learn = track_learner(loaders(tracks, owner="jerky"), precision="float32", progress=False)
    learn.fit_one_cycle(12, 1e-2)
    found = learn.validate()
    assert found["roc_auc"].value >= 0.9
    assert found["equal_error_rate"].value <= 0.2
    learn.export(tmp_path / "owner.safetensors")
    owner = load(tmp_path / "owner.safetensors", check=True)
    assert isinstance(owner.task, TrackVerification)
    assert owner.task.threshold not in (0.0, 0.5, 1.0)
    answer = owner(sorted(tracks.glob("jerky/*.csv"))[0])
    assert isinstance(answer, Verified)
    assert answer.as_dict() == {"answer": True, "name": "jerky", "score": answer.score, "threshold": owner.task.threshold}
    assert not owner(sorted(tracks.glob("curved/*.csv"))[0])


def test_a_long_movement_is_told_piece_by_piece(tracks: Path) -> None:
    model = track_learner(loaders(tracks), precision="float32", progress=False).predictor()
    timeline = model(sorted(tracks.glob("curved/*.csv"))[-1], windows=True)
    assert timeline.stretches[0].start == 0
    assert set(timeline.as_dict()) >= {"answer", "stretches"}


@pytest.mark.promise("B0")
def test_same_seed_same_bits_whatever_the_threads(tracks: Path) -> None:
    learners = [track_learner(loaders(tracks, workers=workers), precision="float32", progress=False) for workers in (0, 2)]
    for learn in learners:
        learn.fit_one_cycle(2)
    assert same(*map(weights, learners))


@pytest.mark.promise("B1")
@pytest.mark.parametrize("after", [2, 7])
def test_a_training_that_was_broken_off_goes_on_to_the_same_bits(after: int, tracks: Path, tmp_path: Path) -> None:
    whole = track_learner(loaders(tracks), precision="float32", progress=False)
    whole.fit_one_cycle(2)
    broken = track_learner(loaders(tracks), precision="float32", progress=False, folder=tmp_path, callbacks=[Signal(after)])
    with pytest.raises(KeyboardInterrupt):
        broken.fit_one_cycle(2)
    second = track_learner(loaders(tracks), precision="float32", progress=False, callbacks=[Signal(-1)])
    second.resume(tmp_path)
    assert same(weights(second), weights(whole))


def test_any_timm_network_can_look(tracks: Path) -> None:
    learn = track_learner(loaders(tracks), "resnet10t", pretrained=False, precision="float32", progress=False)
    learn.fit(1)
    assert learn.validate()["accuracy"].count == 5
    assert len(learn.groups) == 3


def test_a_module_of_ones_own_is_given_the_events(tracks: Path) -> None:
    class Fastest(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.score = nn.Linear(1, 2)

        def forward(self, events: Tensor) -> Tensor:
            scores: Tensor = self.score(events[..., 2].flatten(1).amax(1, keepdim=True))
            return scores

    learn = track_learner(loaders(tracks), Fastest(), progress=False)
    learn.fit(1)
    assert learn.architecture.class_name == "Fastest"  # type: ignore[attr-defined]


def test_what_can_not_be_meant_is_refused(tracks: Path) -> None:
    dls = loaders(tracks)
    with pytest.raises(UsageError, match="mixed"):
        track_learner(dls, callbacks=[MixUp()])
    with pytest.raises(UsageError, match="loaders of movements"):
        track_learner(DataLoaders.from_loaders([(torch.zeros(1), torch.zeros(1))], [(torch.zeros(1), torch.zeros(1))]))
    with pytest.raises(UsageError, match="timm name"):
        track_learner(dls, weights="a.safetensors")
