"""What a folder or a file seems to hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fledge.core.errors import UnknownName, UsageError
from fledge.jobs.check_source import recognised


def files(root: Path, *names: str) -> Path:
    """A folder of empty files."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def table(root: Path, text: str, name: str = "labels.csv") -> Path:
    """A folder of four pictures, with a table beside them."""
    files(root, *(f"images/{each}.jpg" for each in "abcd"))
    (root / name).write_text(text)
    return root


def test_a_folder_for_each_label(tmp_path: Path) -> None:
    found = recognised(files(tmp_path, "cat/1.jpg", "cat/2.jpg", "dog/1.jpg"))
    assert (found.task, found.layout.labels, found.layout.parts) == ("image-classification", ("cat", "cat", "dog"), ())


def test_folders_for_parts_and_labels_below_others(tmp_path: Path) -> None:
    found = recognised(files(tmp_path, "data/Train/cat/1.jpg", "data/Train/dog/1.jpg", "data/val/cat/2.jpg"))
    assert found.layout.labels == ("cat", "dog", "cat")
    assert found.layout.parts == ("train", "train", "valid")


def test_a_part_without_labels_is_left_out_and_said(tmp_path: Path) -> None:
    found = recognised(files(tmp_path, "train/cat/1.jpg", "train/dog/1.jpg", "test/1.jpg"))
    assert found.layout.parts == ("train", "train")
    assert [each.kind for each in found.layout.findings] == ["left_out"]


def test_hidden_folders_are_no_labels(tmp_path: Path) -> None:
    found = recognised(files(tmp_path, "cat/1.jpg", "dog/1.jpg", ".ipynb_checkpoints/1.jpg"))
    assert found.layout.labels == ("cat", "dog")


@pytest.mark.parametrize(
    ("text", "task", "labels"),
    [
        ("file,label\na.jpg,cat\nb.jpg,dog\nc.jpg,cat\nd.jpg,\n", "image-classification", ("cat", "dog", "cat", None)),
        ("n;id;species\n0;a;01\n1;b;02\n2;c;01\n3;d;02\n", "image-classification", ("01", "02", "01", "02")),
        ("file,age\na.jpg,3.5\nb.jpg,4\nc.jpg,7\nd.jpg,9\n", "image-regression", (3.5, 4.0, 7.0, 9.0)),
        ("file\ttags\na\tsea boat\nb\tsea\nc\tboat\nd\tsea\n", "image-tags", (("sea", "boat"), ("sea",), ("boat",), ("sea",))),
        ("file,sea,boat\na,1,1\nb,1,0\nc,0,1\nd,0,0\n", "image-tags", (("sea", "boat"), ("sea",), ("boat",), ())),
    ],
    ids=["words", "numbers that are names", "measured", "several words", "a column each"],
)
def test_a_table_beside_pictures_says_what_they_are(text: str, task: str, labels: tuple[object, ...], tmp_path: Path) -> None:
    found = recognised(table(tmp_path, text))
    assert (found.task, found.layout.labels) == (task, labels)
    assert recognised(tmp_path / "labels.csv") == found


def test_a_column_may_say_which_part_a_row_is_in(tmp_path: Path) -> None:
    found = recognised(table(tmp_path, "file,label,split\na,cat,train\nb,dog,train\nc,cat,val\nd,dog,test\n"))
    assert found.layout.parts == ("train", "train", "valid", "test")


def test_rows_and_files_without_each_other_are_said(tmp_path: Path) -> None:
    found = recognised(table(tmp_path, "file,label\na,cat\nb,dog\nb,cat\nz,dog\n"))
    assert [each.kind for each in found.layout.findings] == ["absent", "twice", "left_out"]
    assert found.layout.labels == ("cat", "dog")


def test_of_several_columns_one_has_to_be_named(tmp_path: Path) -> None:
    source = table(tmp_path, "file,wing,beak\na,long,red\nb,short,red\nc,long,blue\nd,long,red\n")
    with pytest.raises(UsageError, match="several columns that could be the label: 'wing', 'beak'"):
        recognised(source)
    assert recognised(source, ["beak"]).layout.labels == ("red", "red", "blue", "red")
    with pytest.raises(UnknownName, match="did you mean 'beak'"):
        recognised(source, ["baek"])


def test_a_name_that_two_files_share_is_not_taken_for_one_of_them(tmp_path: Path) -> None:
    files(tmp_path, "x/a.jpg", "y/a.jpg", "x/b.jpg")
    (tmp_path / "labels.csv").write_text("file,label\na.jpg,cat\nb.jpg,dog\nx/a.jpg,hen\n")
    assert dict(zip(*(lambda layout: (layout.files, layout.labels))(recognised(tmp_path).layout), strict=True)) == {
        tmp_path / "x/a.jpg": "hen",
        tmp_path / "x/b.jpg": "dog",
    }


@pytest.mark.parametrize(
    ("names", "task"),
    [
        (["train/1.jpg", "train/2.jpg", "trainannot/1.png", "trainannot/2.png"], "image-segmentation"),
        (["images/1.jpg", "boxes/1.xml"], "object-detection"),
        (["cat/1.wav", "dog/1.wav"], "sound-classification"),
        (["pos/1.txt", "neg/1.txt"], "text-classification"),
        (["story.txt"], "language-model"),
    ],
)
def test_other_kinds_of_data_are_known_by_their_files(names: list[str], task: str, tmp_path: Path) -> None:
    assert recognised(files(tmp_path, *names)).task == task


def test_rows_with_a_user_and_a_rating_are_ratings(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating\n1,2,3.5\n")
    assert recognised(tmp_path).task == "ratings"


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("birds-butterflies", "image-classification"),
        ("cifar10-images", "image-classification"),
        ("camvid", "image-segmentation"),
        ("bccd", "object-detection"),
        ("esc10", "sound-classification"),
        ("mouse-dynamics", "track-classification"),
        ("adult", "table-classification"),
        ("ames-houses", "table-regression"),
        ("movielens-latest-small", "ratings"),
        ("movie-reviews", "text-classification"),
        ("wnut17-ner", "token-classification"),
    ],
)
def test_real_data_are_recognised(name: str, task: str, real_data: Callable[[str], Path]) -> None:
    assert recognised(real_data(name)).task == task
