"""Sounds the whole way: from files to a model that is called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.data.sound_dataloaders import SoundDataLoaders
from fledge.data.sound_files import get_sound_files
from fledge.models.architecture import Custom
from fledge.models.vision import VisionNet
from fledge.predictor.model_file import load
from fledge.tasks.sound_classification import SoundClassification
from fledge.training.sound import sound_learner
from tests.sounds import make_sounds


@pytest.fixture(scope="module")
def dls(tmp_path_factory: pytest.TempPathFactory) -> DataLoaders:
    folder = make_sounds(tmp_path_factory.mktemp("sounds") / "clock_or_whistle")
    return SoundDataLoaders.from_folder(folder, valid_pct=0.25, seed=1, bs=6, workers=0, device="cpu")


@pytest.mark.slow
def test_a_learner_learns_saves_and_answers_from_a_file_alike(dls: DataLoaders, tmp_path: Path) -> None:
    learn = sound_learner(dls, precision="float32")
    learn.fit_one_cycle(10, 1e-2)
    assert learn.validate()["accuracy"].value >= 0.8
    saved = learn.export(tmp_path / "sounds.safetensors")
    files = list(dls.valid.samples.inputs)  # type: ignore[union-attr]
    loaded = load(tmp_path / "sounds.safetensors", check=True)
    answers = loaded(files)
    assert [str(each) for each in answers] == [str(saved(file)) for file in files]
    assert [str(each) for each in answers] == [str(loaded(file.read_bytes())) for file in files]
    assert sum(each.label == file.parent.name for each, file in zip(answers, files, strict=True)) >= 0.8 * len(files)


@pytest.mark.slow
def test_a_long_recording_is_heard_window_by_window(dls: DataLoaders) -> None:
    learn = sound_learner(dls, precision="float32")
    learn.fit_one_cycle(10, 1e-2)
    assert dls.codec is not None
    assert isinstance(dls.train.samples.inputs[0], Path)  # type: ignore[union-attr]
    clocks, whistles = ([file for file in dls.valid.samples.inputs if file.parent.name == each] for each in dls.vocab)  # type: ignore[union-attr]
    sound = dls.codec.input
    long = np.concatenate([sound.front(file).numpy() for file in (*clocks[:2], *whistles[:2])])
    windows = sound.windows(long)
    outputs = learn.predictor().outputs(torch.stack([each.encoded for each in windows]))
    timeline = SoundClassification().over_time(outputs, [(each.start, each.end) for each in windows], dls.codec)
    assert timeline.stretches[0].label == "clock"
    assert timeline.stretches[-1].label == "whistle"


@pytest.mark.slow
def test_same_seed_same_bits_whatever_the_threads(tmp_path: Path) -> None:
    folder, weights = make_sounds(tmp_path / "sounds", each=6), []
    for workers in (0, 2):
        dls = SoundDataLoaders.from_folder(folder, valid_pct=0.25, seed=1, bs=4, workers=workers, device="cpu")
        learn = sound_learner(dls, precision="float32")
        learn.fit_one_cycle(2)
        weights.append(torch.cat([each.detach().flatten() for each in learn.model.parameters()]))
    assert torch.equal(*weights)


def test_a_body_of_pictures_hears_one_channel_and_begins_frozen_with_weights(dls: DataLoaders) -> None:
    learn = sound_learner(dls, "resnet10t", pretrained=False)
    assert isinstance(learn.architecture, VisionNet)
    assert (learn.architecture.channels, learn.architecture.outputs) == (1, 2)
    assert learn.model(dls.one_batch().inputs).shape == (6, 2)
    assert all(each.requires_grad for each in learn.model.parameters())


def test_a_network_of_ones_own_is_taken_as_it_is(dls: DataLoaders) -> None:
    own = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16, 2))
    assert sound_learner(dls, own).model is own


def test_a_function_makes_the_network_for_as_many_outputs_as_there_are(dls: DataLoaders) -> None:
    def own(outputs: int) -> nn.Module:
        return nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16, outputs))

    learn = sound_learner(dls, own)
    assert [each.shape[0] for each in learn.model.parameters()] == [2, 2]
    assert learn.architecture == Custom("Sequential")
    with pytest.raises(UsageError, match="3 is no network"):
        sound_learner(dls, 3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="made a int of 2 outputs"):
        sound_learner(dls, lambda outputs: outputs)  # type: ignore[arg-type,return-value]


def test_new_weights_depend_on_the_seed_alone(dls: DataLoaders) -> None:
    torch.manual_seed(5)
    one = sound_learner(dls).model.state_dict()
    other = sound_learner(dls).model.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_what_does_not_belong_together_is_refused(dls: DataLoaders, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="weights="):
        sound_learner(dls, "small", weights=tmp_path / "w.safetensors")
    pictures = DataLoaders.from_loaders([(torch.zeros(2, 3), torch.zeros(2))], [(torch.zeros(2, 3), torch.zeros(2))])
    with pytest.raises(UsageError, match="loaders of sounds"):
        sound_learner(pictures)


@pytest.mark.slow
def test_real_clips_are_read_whole(real_data: object) -> None:
    files = get_sound_files(real_data("esc10"))[::10]  # type: ignore[operator]
    dls = SoundDataLoaders.from_lists(".", files, [file.parent.name for file in files], bs=8, device="cpu", seed=0)
    assert (len(dls.bad), dls.codec.input.rate, dls.codec.input.seconds) == (0, 22050, 5.0)  # type: ignore[union-attr]
