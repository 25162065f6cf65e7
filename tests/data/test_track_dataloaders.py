"""Movements and whose they are as batches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from fledge.core.errors import DataError, UnknownName
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import parent_label
from fledge.data.loader import Loader
from fledge.data.pieces import in_pieces
from fledge.data.sound_dataloaders import SoundDataLoaders
from fledge.data.track_dataloaders import TrackDataLoaders
from fledge.data.track_files import get_track_files
from fledge.transforms.category import CategoryBlock
from fledge.transforms.track import TrackBlock
from tests.sounds import make_sounds
from tests.tracks import make_tracks, movement


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tracks(tmp_path_factory.mktemp("tracks") / "people")


def loaders(folder: Path, workers: int = 0) -> DataLoaders:
    block = TrackBlock(events=32)
    return TrackDataLoaders.from_folder(folder, valid_pct=0.25, seed=1, bs=6, workers=workers, device="cpu", track=block)


def parts(dls: DataLoaders) -> tuple[Loader, Loader]:
    assert isinstance(dls.train, Loader)
    assert isinstance(dls.valid, Loader)
    return dls.train, dls.valid


def test_what_is_learned_from_comes_in_pieces_and_what_is_held_back_whole(tracks: Path) -> None:
    dls = loaders(tracks)
    train, valid = parts(dls)
    assert dls.vocab == ("curved", "jerky")
    assert (train.pick([0]).inputs.shape, valid.pick([0]).inputs.shape) == ((1, 1, 32, 4), (1, 3, 32, 4))
    lengths = [len(train.inputs.transform.front(file)) for file in set(train.samples.inputs)]
    assert train.count == sum(-(-length // 32) for length in lengths)
    assert valid.count == len(set(valid.samples.inputs)) == 6
    assert not set(train.samples.inputs) & set(valid.samples.inputs)


def test_pieces_keep_the_label_and_the_name_of_their_movement(tracks: Path) -> None:
    train, _ = parts(loaders(tracks))
    assert train.targets is not None
    targets = train.targets.gather(np.arange(train.count), None)
    assert [train.samples.name(place).split("/")[-2] for place in range(train.count)] == [
        ("curved", "jerky")[t] for t in targets
    ]


def test_without_random_changes_the_pieces_of_a_movement_are_its_own(tracks: Path) -> None:
    _, valid = parts(loaders(tracks))
    pieces = in_pieces(valid)
    whole = valid.pick(range(valid.count)).inputs.flatten(0, 1)
    assert torch.equal(pieces.pick(range(pieces.count)).inputs[:, 0], whole[whole[:, 0, 3] >= 0])


def test_what_is_never_cut_stays_as_it_is(tmp_path: Path) -> None:
    dls = SoundDataLoaders.from_folder(make_sounds(tmp_path / "sounds"), valid_pct=0.25, seed=1, bs=6, device="cpu")
    train, _ = parts(dls)
    assert in_pieces(train) is train


def test_the_number_of_threads_changes_no_bit_of_an_epoch(tracks: Path) -> None:
    one, other = (list(loaders(tracks, workers).train.epoch(2, train=True)) for workers in (0, 3))
    assert all(torch.equal(a.inputs, b.inputs) for a, b in zip(one, other, strict=True))
    later = list(loaders(tracks).train.epoch(3, train=True))
    assert not torch.equal(one[0].inputs, later[0].inputs)


def test_after_the_first_look_no_file_is_read_again(tracks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dls = loaders(tracks)
    monkeypatch.setattr("fledge.transforms.track.read_track", lambda *_: pytest.fail("a file was read"))
    assert len(list(dls.train.epoch(0, train=True))) == len(dls.train)


def test_rare_classes_can_be_drawn_more_often_piece_by_piece(tracks: Path) -> None:
    block = TrackBlock(events=32)
    dls = TrackDataLoaders.from_folder(tracks, valid_pct=0.25, seed=1, bs=6, device="cpu", track=block, balance="sample")
    train, _ = parts(dls)
    assert train.shares is not None
    assert len(train.shares) == train.count


def test_one_table_of_all_events_gives_the_same_batches_as_its_files(tracks: Path) -> None:
    files = get_track_files(tracks)
    some = [pl.read_csv(file).with_columns(session=pl.lit(file.stem), who=pl.lit(file.parent.name)) for file in files]
    settings = {"seed": 1, "bs": 6, "device": "cpu", "track": TrackBlock(events=32)}
    table = TrackDataLoaders.from_df(pl.concat(some), "session", "who", valid_pct=0.25, **settings)  # type: ignore[arg-type]
    assert torch.equal(table.one_batch().inputs, loaders(tracks).one_batch().inputs)
    assert torch.equal(table.one_batch().targets, loaders(tracks).one_batch().targets)


def test_a_table_with_a_movement_of_two_people_or_without_the_column_is_refused() -> None:
    frame = pl.DataFrame({"id": [1, 1], "who": ["a", "b"], "t": [0, 1], "x": [0, 1], "y": [0, 1]})
    with pytest.raises(DataError, match="the movement 1 has several labels in 'who': 'a', 'b'"):
        TrackDataLoaders.from_df(frame, "id", "who")
    with pytest.raises(UnknownName, match="session"):
        TrackDataLoaders.from_df(frame, "session", "who")


def test_what_is_no_movement_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    folder = make_tracks(tmp_path / "people", each=15)
    (folder / "jerky" / "broken.csv").write_text("time,x,y\n0,1,1\n1,two,2\n")
    [bad] = loaders(folder).bad
    assert Path(bad.name).name == "broken.csv"
    assert "'x' is 'two', not a finite number in line 3" in bad.reason


def test_an_owner_is_asked_about_instead_of_everybody(tracks: Path) -> None:
    dls = TrackDataLoaders.from_folder(tracks, valid_pct=0.25, seed=1, bs=6, device="cpu", owner="jerky")
    assert dls.codec is not None
    assert dls.codec.target.names == ("not jerky", "jerky")
    with pytest.raises(DataError, match="labelled 'ann'"):
        TrackDataLoaders.from_folder(tracks, valid_pct=0.25, seed=1, owner="ann")


def test_movements_in_memory_are_items_as_files_are() -> None:
    items = [(movement(kind, seed=seed), kind) for seed in range(10) for kind in ("curved", "jerky")]
    dls = DataBlock((TrackBlock, CategoryBlock)).dataloaders(items, bs=4, device="cpu")
    assert dls.one_batch().inputs.shape == (4, 1, 60, 4)


def test_a_datablock_with_its_own_words_works_the_same(tracks: Path) -> None:
    block = DataBlock((TrackBlock, CategoryBlock), get_items=get_track_files, get_y=parent_label)
    dls = block.dataloaders(tracks, bs=6, device="cpu")
    assert len(dls.show_batch(max_n=4).axes) == 4
    assert block.summary(tracks)
