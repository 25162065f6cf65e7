"""Pictures and masks from folders to batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from fledge.core.errors import DataError, UsageError
from fledge.data.mask_files import matched, read_codes
from fledge.data.segmentation_dataloaders import SegmentationDataLoaders
from fledge.data.sources import get_image_files
from fledge.transforms.mask_colours import VOID
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize
from tests.masks import NAMES, make_masks

OPTIONS: dict[str, Any] = {"item_tfms": Resize((24, 32), "squish"), "bs": 4, "device": "cpu"}


def test_folders_divide_pictures_and_their_masks(tmp_path: Path) -> None:
    make_masks(tmp_path, 12, parts=("train", "val", "test"))
    dls = SegmentationDataLoaders.from_folder(tmp_path, NAMES, **OPTIONS)
    assert {name: part.count for name, part in dls.parts.items()} == {"train": 4, "valid": 4, "test": 4}
    batch = dls.one_batch()
    assert batch.inputs.shape == (4, 3, 24, 32)
    assert batch.targets.shape == (4, 24, 32)
    assert batch.targets.dtype == torch.int64
    assert dls.codec is not None
    assert dls.codec.target.learned_at == (36, 48)


def test_masks_move_with_pictures_whatever_changes_at_random(tmp_path: Path) -> None:
    make_masks(tmp_path, 8)
    changes = aug_transforms(max_rotate=30, max_lighting=0, min_scale=0.5, size=(20, 28))
    dls = SegmentationDataLoaders.from_folder(tmp_path, NAMES, valid_pct=0.5, batch_tfms=changes, **OPTIONS)
    for batch in (dls.one_batch(), next(iter(dls.valid))):
        assert batch.inputs.shape[2:] == batch.targets.shape[1:] == (20, 28)
        dark = (batch.inputs[:, 1] < 0.3)[batch.targets != VOID]
        ball = (batch.targets == 1)[batch.targets != VOID]
        assert (dark == ball).float().mean() > 0.93


def test_names_after_the_pictures_and_codes_in_a_file_are_found(tmp_path: Path) -> None:
    make_masks(tmp_path / "made", 6)
    for picture in (tmp_path / "made/images").iterdir():
        picture.rename(tmp_path / picture.name)
        (tmp_path / f"made/masks/{picture.stem}.png").rename(tmp_path / f"{picture.stem}_mask.png")
    (tmp_path / "codes.txt").write_text("\n".join(NAMES))
    dls = SegmentationDataLoaders.from_folder(tmp_path, valid_pct=0.3, **OPTIONS)
    assert dls.codec is not None
    assert dls.codec.target.names == NAMES
    assert dls.train.count + dls.valid.count == 6


def test_a_mask_that_is_missing_broken_or_anothers_is_set_aside_by_name(tmp_path: Path) -> None:
    make_masks(tmp_path, 40)
    (tmp_path / "masks/001.png").unlink()
    (tmp_path / "masks/002.png").write_bytes(b"not a picture")
    Image.fromarray(np.zeros((48, 20), np.uint8)).save(tmp_path / "masks/003.png")
    dls = SegmentationDataLoaders.from_folder(tmp_path, NAMES, valid_pct=0.2, on_bad="skip", **OPTIONS)
    reasons = {Path(each.name).stem: each.reason for each in dls.bad}
    assert set(reasons) == {"001", "002", "003"}
    assert "has no label" in reasons["001"]
    assert "002.png' can't be read: it is no picture" in reasons["002"]
    assert "003.png' is 20 × 48 and its picture 48 × 36: they show different parts" in reasons["003"]


def test_a_held_back_mask_with_a_number_of_its_own_is_named(tmp_path: Path) -> None:
    make_masks(tmp_path, 8, parts=("train", "valid"))
    Image.fromarray(np.full((36, 48), 9, np.uint8)).save(tmp_path / "validannot/001.png")
    with pytest.raises(DataError, match=r"the valid part has labels that nothing was learned about.*001\.jpg"):
        SegmentationDataLoaders.from_folder(tmp_path, NAMES, **OPTIONS)


def test_a_mask_that_is_all_void_is_nothing_to_learn_from_and_does_no_harm(tmp_path: Path) -> None:
    from fledge.training.segmentation import unet_learner

    make_masks(tmp_path, 8, parts=("train", "valid"))
    for mask in (tmp_path / "trainannot").iterdir():
        Image.fromarray(np.full((36, 48), 255, np.uint8)).save(mask)
    learner = unet_learner(SegmentationDataLoaders.from_folder(tmp_path, NAMES, **OPTIONS), progress=False)
    learner.fit(1)
    assert learner.history[0]["train_loss"] == 0


def test_the_same_files_in_another_folder_are_the_same_data_and_another_mask_is_not(tmp_path: Path) -> None:
    make_masks(tmp_path / "here", 6, parts=("train", "valid"))
    before = SegmentationDataLoaders.from_folder(tmp_path / "here", NAMES, **OPTIONS).fingerprints()
    (tmp_path / "here").rename(tmp_path / "there")
    assert SegmentationDataLoaders.from_folder(tmp_path / "there", NAMES, **OPTIONS).fingerprints() == before
    Image.fromarray(np.ones((36, 48), np.uint8)).save(tmp_path / "there/trainannot/000.png")
    after = SegmentationDataLoaders.from_folder(tmp_path / "there", NAMES, **OPTIONS).fingerprints()
    assert [name for name in before if after[name] != before[name]] == ["contents"]


def test_masks_come_from_a_function_too(tmp_path: Path) -> None:
    make_masks(tmp_path, 6)
    files = get_image_files(tmp_path / "images")
    dls = SegmentationDataLoaders.from_label_func(
        tmp_path, files, lambda file: np.asarray(Image.open(tmp_path / f"masks/{file.stem}.png")), codes=NAMES, **OPTIONS
    )
    assert dls.one_batch().targets.max() == 2


def test_pictures_alone_say_where_masks_are_looked_for(photos: Path) -> None:
    with pytest.raises(DataError, match="40 pictures and no mask of the same name"):
        SegmentationDataLoaders.from_folder(photos)


@pytest.mark.parametrize(
    ("picture", "mask"),
    [
        ("train/1.jpg", "trainannot/1.png"),
        ("images/train/1.jpg", "labels/train/1.png"),
        ("train/images/1.jpg", "train/masks/1.png"),
        ("JPEGImages/1.jpg", "SegmentationClass/1.png"),
        ("images/1.jpg", "annotations/1_labels.png"),
        ("1.jpg", "1_mask.png"),
        ("imgs/1.jpg", "gt/1-seg.png"),
    ],
)
def test_a_picture_finds_its_mask_wherever_people_lay_it(picture: str, mask: str) -> None:
    root = Path("data")
    found = matched(root, [root / picture, root / mask])
    assert found.pictures == (root / picture,)
    assert found.masks == (root / mask,)


def test_two_masks_of_one_picture_are_a_question() -> None:
    root = Path("d")
    with pytest.raises(UsageError, match="has 2 masks"):
        matched(root, [root / "images/1.jpg", root / "masks/1.png", root / "labels/1.png"])


def test_codes_are_read_as_people_write_them(tmp_path: Path) -> None:
    file = tmp_path / "codes.txt"
    for text, codes in [
        ("sky\nbig road\n\n", ("sky", "big road")),
        ("0 sky\n7: road\n", {"sky": 0, "road": 7}),
        ("64 128 64\tAnimal\n0 0 0\tVoid\n", {"Animal": (64, 128, 64), "Void": (0, 0, 0)}),
    ]:
        file.write_text(text)
        assert read_codes(file) == codes
    file.write_text("sky\n3 road\n")
    with pytest.raises(DataError, match="does not name classes line by line"):
        read_codes(file)
