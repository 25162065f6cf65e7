"""Tables that are read in pieces, encoded into a mapped file and shuffled in blocks."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from fledge.core.errors import DataError, DiskFull, UsageError
from fledge.core.seeds import MIXED, order_in_blocks
from fledge.data import stored_tables, table_pieces
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.table_pieces import StoredRows, TablePieces, is_too_large
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.training.callback import Callback
from fledge.training.learner import Learner
from fledge.training.run import Run
from fledge.training.tabular import tabular_learner
from tests.tables import birds

ROWS = 3000


@pytest.fixture(params=["rows.parquet", "rows.arrow"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Birds, some twice, some without a kind."""
    frame = pl.concat([birds(ROWS), birds(ROWS).head(60)]).with_row_index()
    frame = frame.with_columns(kind=pl.when(pl.col("index") % 100 != 7).then("kind")).drop("index")
    path: Path = tmp_path / request.param
    frame.write_parquet(path, row_group_size=700) if path.suffix == ".parquet" else frame.write_ipc(path)
    return path


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_pieces, "PIECE", 512)
    monkeypatch.setattr(TablePieces.pieces, "__kwdefaults__", {"size": 512})


def loaders(file: Path, target: str = "kind", *, in_memory: bool = False, **options: Any) -> DataLoaders:
    return TabularDataLoaders.from_csv(file, target, in_memory=in_memory, seed=3, device="cpu", **options)


@pytest.mark.parametrize("options", [{}, {"time": "seen"}, {"group": "observer"}, {"target": "weight"}])
def test_what_comes_of_a_table_is_the_same_in_pieces_and_in_memory(file: Path, options: dict[str, Any]) -> None:
    whole, pieces = loaders(file, in_memory=True, **options), loaders(file, **options)
    assert pieces.codec == whole.codec
    assert pieces.findings == whole.findings
    assert [(each.name, each.reason) for each in pieces.bad] == [(each.name, each.reason) for each in whole.bad]
    one, other = whole.fingerprints(), pieces.fingerprints()
    assert {name for name in one if one[name] != other[name]} == {"settings"}  # the order is another one
    for name, part in whole.parts.items():
        places = np.random.default_rng(0).integers(0, part.count, 50)
        assert isinstance(part, Loader)
        mine = pieces.parts[name]
        assert isinstance(mine, Loader)
        for here, there in zip(part.pick(places.tolist()), mine.pick(places.tolist()), strict=True):
            assert torch.equal(here, there)
        assert part.samples[5] == mine.samples[5]


def test_twins_across_the_split_and_rows_without_a_label_are_found(file: Path) -> None:
    found = loaders(file)
    assert "row_leak" in {each.kind for each in found.findings}
    assert len(found.bad) == 31


def test_every_row_comes_up_once_an_epoch_near_ones_together() -> None:
    count, block = 100_000, 16
    visits = order_in_blocks(1, 0, count, block)
    assert np.array_equal(np.sort(visits), np.arange(count))
    assert np.array_equal(visits, order_in_blocks(1, 0, count, block))
    assert not np.array_equal(visits, order_in_blocks(1, 1, count, block))
    first = visits[: block * MIXED]
    assert len(np.unique(first // block)) <= MIXED + 1  # few blocks are read for it,
    assert np.ptp(first) > count / 2  # from all over the file,
    assert np.abs(np.diff(first)).mean() > count / 10  # and mixed


def test_a_training_on_a_table_in_pieces_goes_on_to_the_same_bits(file: Path, tmp_path: Path) -> None:
    def learner(folder: Path | None) -> Learner:
        return tabular_learner(loaders(file, bs=64), width=16, folder=folder, progress=False)

    through = learner(None)
    through.fit_one_cycle(3)
    stopped = learner(tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        stopped.fit_one_cycle(3, callbacks=[_Stop()])
    again = learner(tmp_path / "run")
    again.resume()
    one, other = through.model.state_dict(), again.model.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)


class _Stop(Callback):
    """Ends the training in its second epoch, as Ctrl-C does."""

    lasting = False

    def batch_end(self, run: Run) -> None:
        if run.place.steps_done == 50:
            run.signal = signal.SIGINT


def test_the_columns_of_very_many_rows_are_learned_from_some(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stored_tables, "SAMPLE", 1000)
    caplog.set_level("INFO")
    found = loaders(file)
    assert "what the columns hold is learned from 1,000 of 2,4" in caplog.text
    assert found.codec == loaders(file).codec
    assert found.train.count > 2000


def test_nothing_is_left_behind_on_the_disk(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGE_HOME", str(tmp_path / "home"))
    found = loaders(file)
    assert len(found.one_batch())
    assert list((tmp_path / "home" / "cache").iterdir()) == []


def test_a_disk_without_room_is_said_before_anything_is_encoded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(DiskFull, match="FLEDGE_HOME"):
        loaders(file)


def test_files_of_text_are_not_read_in_pieces_and_it_is_said_how_they_become_others(tmp_path: Path) -> None:
    birds(50).write_csv(tmp_path / "rows.csv")
    with pytest.raises(UsageError, match="sink_parquet"):
        loaders(tmp_path / "rows.csv")


def test_what_is_too_large_for_memory_is_read_in_pieces(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_too_large(file)
    monkeypatch.setattr(table_pieces, "free_memory", lambda: 1000)
    assert is_too_large(file)
    found = TabularDataLoaders.from_csv(file, "weight", seed=3, device="cpu")
    assert isinstance(found.valid.samples.inputs, StoredRows)  # type: ignore[union-attr]
    birds(50).write_csv(tmp_path / "rows.csv")
    with pytest.raises(DataError, match="sink_parquet"):
        is_too_large(tmp_path / "rows.csv")


def test_a_table_that_is_none_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match="cut short"):
        loaders(tmp_path / "cut.parquet")
    with pytest.raises(DataError, match="there is no table"):
        loaders(tmp_path / "absent.parquet")
