"""Pictures as batches in one call, by fastai's names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from fledge.core.errors import DataError
from fledge.data.dataloaders import DataLoaders
from fledge.data.image_dataloaders import ImageDataLoaders
from fledge.data.label_table import read_label_table
from fledge.data.loader import Loader
from fledge.data.sources import get_image_files
from fledge.transforms.number import NumberBlock
from fledge.transforms.resize import Resize

SETTINGS: dict[str, Any] = {"item_tfms": Resize(8), "bs": 4, "device": "cpu", "workers": 1}


def kinds(dls: DataLoaders) -> set[tuple[str, str]]:
    """Each label that is learned from, with the first letters of the file's name."""
    assert isinstance(dls.train, Loader)
    return {(str(sample.target), re.sub(r"_.*", "", Path(sample.input).name)) for sample in dls.train.samples}


RIGHT = {("bird", "bird"), ("forest", "forest")}


def test_from_a_folder_for_each_label(photos: Path) -> None:
    dls = ImageDataLoaders.from_folder(photos, valid_pct=0.25, seed=1, **SETTINGS)
    assert kinds(dls) == RIGHT
    assert dls.valid.count == 10


def test_from_folders_of_parts(photos: Path, tmp_path: Path) -> None:
    for part in ("learn", "check"):
        shutil.copytree(photos, tmp_path / part)
    dls = ImageDataLoaders.from_folder(tmp_path, train="learn", valid="check", vocab=["forest", "bird"], **SETTINGS)
    assert (dls.train.count, dls.valid.count, dls.vocab) == (40, 40, ("forest", "bird"))


def test_from_names_and_paths_by_function_and_by_pattern(photos: Path) -> None:
    files = get_image_files(photos)
    assert kinds(ImageDataLoaders.from_name_func(photos, files, lambda name: name.split("_")[0], **SETTINGS)) == RIGHT
    assert kinds(ImageDataLoaders.from_path_func(photos, files, lambda path: path.parent.name, **SETTINGS)) == RIGHT
    assert kinds(ImageDataLoaders.from_name_re(photos, files, r"^([a-z]+)_\d+.jpg$", **SETTINGS)) == RIGHT
    assert kinds(ImageDataLoaders.from_path_re(photos, files, r"([a-z]+)/[^/]+$", **SETTINGS)) == RIGHT


def test_from_lists(photos: Path) -> None:
    names = [f"{kind}/{kind}_{number:03}.jpg" for kind in ("bird", "forest") for number in range(20)]
    assert kinds(ImageDataLoaders.from_lists(photos, names, ["bird"] * 20 + ["forest"] * 20, **SETTINGS)) == RIGHT
    with pytest.raises(DataError, match="40 files and 1 labels"):
        ImageDataLoaders.from_lists(photos, names, ["bird"], **SETTINGS)


@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame])
def test_from_a_frame_by_number_or_name_of_column(photos: Path, tmp_path: Path, frame: Any) -> None:
    table = frame({"c": [f"{kind}_{n:03}" for n in range(20) for kind in ("bird", "forest")], "kind": ["bird", "forest"] * 20})
    for kind in ("bird", "forest"):
        shutil.copytree(photos / kind, tmp_path / "flat", dirs_exist_ok=True)
    dls = ImageDataLoaders.from_df(table, tmp_path, folder="flat", suff=".jpg", label_col="kind", **SETTINGS)
    assert kinds(dls) == RIGHT


def test_from_a_csv_with_several_labels_and_a_column_for_the_split(photos: Path, tmp_path: Path) -> None:
    shutil.copytree(photos / "bird", tmp_path / "bird")
    lines = [f"bird/bird_{n:03}.jpg,{'sky sea' if n % 2 else 'sky'},{n >= 15}" for n in range(20)]
    (tmp_path / "labels.csv").write_text("\n".join(["name,tags,is_valid", *lines]))
    dls = ImageDataLoaders.from_csv(tmp_path, label_delim=" ", valid_col="is_valid", **SETTINGS)
    assert (dls.vocab, dls.train.count, dls.valid.count) == (("sea", "sky"), 15, 5)


def test_numbers_in_a_csv_are_targets_of_their_own_kind(photos: Path, tmp_path: Path) -> None:
    lines = [f"{photos}/bird/bird_{n:03}.jpg;{n / 2}" for n in range(20)]
    (tmp_path / "ages.csv").write_text("\n".join(["name;age", *lines]))
    dls = ImageDataLoaders.from_csv(tmp_path, "ages.csv", delimiter=";", y_block=NumberBlock, **SETTINGS)
    assert dls.one_batch().targets.shape == (4, 1)


def test_leading_zeros_keep_a_column_text(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("code,count,share,name\n007,1,0.5,a\n100,2,1,\n")
    table = read_label_table(tmp_path / "codes.csv")
    assert table.rows() == [("007", 1, 0.5, "a"), ("100", 2, 1.0, None)]


def test_a_missing_table_is_said_with_those_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("a,b\n")
    with pytest.raises(DataError, match=r"(?s)labels\.csv.*train\.csv"):
        ImageDataLoaders.from_csv(tmp_path, **SETTINGS)
