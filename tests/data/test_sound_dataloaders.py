"""Sounds and their labels as batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fledge.core.errors import DataError
from fledge.core.seeds import Draws
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.fronts import Fronts
from fledge.data.labels import parent_label
from fledge.data.loader import Loader
from fledge.data.sound_dataloaders import SoundDataLoaders
from fledge.data.sound_files import get_sound_files
from fledge.transforms.category import CategoryBlock
from fledge.transforms.mix import mixup
from fledge.transforms.sound import Sound, SoundBlock
from fledge.transforms.spectrogram import Spectrogram
from tests.sounds import make_sounds, tone


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sounds(tmp_path_factory.mktemp("sounds") / "clock_or_whistle")


def loaders(folder: Path, workers: int = 0) -> DataLoaders:
    return SoundDataLoaders.from_folder(folder, valid_pct=0.25, seed=1, bs=6, workers=workers, device="cpu")


def test_a_folder_becomes_batches_of_normalised_spectrograms_at_its_own_rate(sounds: Path) -> None:
    dls = loaders(sounds)
    batch = dls.one_batch()
    assert dls.codec is not None
    assert (dls.codec.input.rate, dls.vocab) == (8000, ("clock", "whistle"))
    assert batch.inputs.shape == (6, 1, 64, 32)
    assert abs(float(batch.inputs.mean())) < 0.5


def test_the_number_of_threads_changes_no_bit_of_an_epoch(sounds: Path) -> None:
    one, other = (list(loaders(sounds, workers).train.epoch(2, train=True)) for workers in (0, 3))
    assert all(torch.equal(a.inputs, b.inputs) for a, b in zip(one, other, strict=True))


def test_epochs_differ_in_training_and_not_in_what_is_held_back(sounds: Path) -> None:
    dls = loaders(sounds)
    assert isinstance(dls.train, Loader)
    first, again = (dls.train.pick([0, 1], epoch=epoch, train=True).inputs for epoch in (0, 1))
    assert not torch.equal(first, again)
    held_back = [torch.cat([batch.inputs for batch in dls.valid.epoch(epoch, train=False)]) for epoch in (0, 1)]
    assert torch.equal(*held_back)


def test_after_the_first_look_no_file_is_read_again(sounds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dls = loaders(sounds)
    monkeypatch.setattr("fledge.transforms.sound.read_sound", lambda *_: pytest.fail("a file was read"))
    assert len(list(dls.train.epoch(0, train=True))) == len(dls.train)


def test_the_cache_gives_the_same_sound_as_the_file(sounds: Path) -> None:
    file = get_sound_files(sounds)[0]
    kept, plain = Fronts(Sound(Spectrogram(16000)), cache=True), Fronts(Sound(Spectrogram(16000)))
    assert torch.equal(kept.of(file), plain.of(file))
    assert torch.equal(kept.of(file), plain.of(file))


def test_what_is_no_sound_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    folder = make_sounds(tmp_path / "sounds", each=15)
    (folder / "clock" / "broken.wav").write_bytes(b"RIFF\xff\xff\0\0WAVE")
    dls = loaders(folder)
    assert [Path(each.name).name for each in dls.bad] == ["broken.wav"]
    assert "cut short" in dls.bad[0].reason


def test_names_lists_and_tables_say_labels_too(sounds: Path) -> None:
    files = get_sound_files(sounds)
    names = [str(file.relative_to(sounds)) for file in files]
    labels = [file.parent.name for file in files]
    table = "\n".join(["file,label", *(f"{name},{label}" for name, label in zip(names, labels, strict=True))])
    settings = {"seed": 1, "bs": 6, "device": "cpu"}
    (sounds / "labels.csv").write_text(table)
    ways = [
        SoundDataLoaders.from_lists(sounds, names, labels, **settings),  # type: ignore[arg-type]
        SoundDataLoaders.from_name_re(sounds, names, r"^([a-z]+)_", **settings),  # type: ignore[arg-type]
        SoundDataLoaders.from_csv(sounds, **settings),  # type: ignore[arg-type]
    ]
    batches = [dls.one_batch() for dls in ways]
    assert all(torch.equal(batches[0].inputs, batch.inputs) for batch in batches)
    assert all(torch.equal(batches[0].targets, batch.targets) for batch in batches)


def test_files_and_labels_of_different_number_are_refused(sounds: Path) -> None:
    with pytest.raises(DataError, match="2 files and 1 labels"):
        SoundDataLoaders.from_lists(sounds, ["a.wav", "b.wav"], ["clock"])


def test_sounds_in_memory_are_items_as_files_are() -> None:
    items = [(tone(hertz), "low" if hertz < 600 else "high") for hertz in np.linspace(200, 1000, 20)]
    dls = DataBlock((SoundBlock(rate=8000), CategoryBlock)).dataloaders(items, bs=4, device="cpu")
    assert dls.one_batch().inputs.shape == (4, 1, 64, 32)


def test_sounds_can_be_mixed_like_pictures(sounds: Path) -> None:
    dls = loaders(sounds)
    batch = dls.one_batch()
    assert batch.items is not None
    assert mixup(batch.inputs, Draws(1, 0, batch.items)).inputs.shape == batch.inputs.shape


def test_a_batch_is_shown_as_spectrograms(sounds: Path) -> None:
    figure = loaders(sounds).show_batch(max_n=4)
    assert [cell.get_images()[0].get_array().shape for cell in figure.axes] == [(64, 32)] * 4  # type: ignore[union-attr]


def test_a_datablock_with_its_own_words_works_the_same(sounds: Path) -> None:
    block = DataBlock((SoundBlock, CategoryBlock), get_items=get_sound_files, get_y=parent_label)
    dls = block.dataloaders(sounds, bs=6, device="cpu")
    assert dls.codec is not None
    assert (dls.codec.input.rate, dls.codec.input.spectrogram.high) == (16000, 4000.0)


def test_a_folder_without_sounds_is_named_with_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "note.txt").touch()
    with pytest.raises(DataError, match=r"looked for .wav"):
        get_sound_files(tmp_path)
