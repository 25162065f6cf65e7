"""Reading a picture from wherever it comes."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from fledge.core.errors import UnreadableItem, UsageError
from fledge.transforms.orientation import orientation
from fledge.transforms.picture import name_of, read_picture
from tests.faults.broken_pictures import encoded, many_scans, photo

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera held so does to the picture; the way back is the orientation."""


def turned(image: Image.Image, turn: int, form: str, **options: Any) -> bytes:
    """A file whose pixels lie as a camera held that way puts them."""
    exif = Image.Exif()
    exif[274] = turn
    return encoded(image.transpose(TURNS[turn]) if turn > 1 else image, form, exif=exif, **options)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read_by_its_content(form: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(encoded(photo(0), form))
    assert read_picture(path).shape == (3, 48, 64)
    difference = read_picture(path).float() - read_picture(photo(0)).float()
    assert difference.abs().mean() < 15


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_path_bytes_and_file_object_give_the_same_bits(form: str, channels: int, tmp_path: Path) -> None:
    data = encoded(photo(1, size=(640, 480)), form)
    path = tmp_path / "picture"
    path.write_bytes(data)
    with path.open("rb") as file:
        sources = [str(path), data, bytearray(data), io.BytesIO(data), file]
        first, *others = (read_picture(source, channels=channels, at_least=(100, 100)) for source in [path, *sources])
    assert first.is_contiguous()
    assert first.shape == (channels, 120, 160)
    assert all(torch.equal(first, other) for other in others)


@pytest.mark.promise("C3")
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_gives_the_upright_picture(turn: int, tmp_path: Path) -> None:
    image = photo(0, size=(32, 48))
    upright = read_picture(image)
    data = turned(image, turn, "PNG")
    path = tmp_path / "turned.png"
    path.write_bytes(data)
    for source in (path, data, io.BytesIO(data), Image.open(io.BytesIO(data))):
        assert torch.equal(read_picture(source), upright)


@pytest.mark.promise("C3")
@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("at_least", [None, (40, 20)])
def test_every_orientation_of_a_jpeg_gives_the_upright_picture(turn: int, at_least: tuple[int, int] | None) -> None:
    """Blocks of one colour, which a JPEG keeps the same whichever way it is turned."""
    image = Image.fromarray(np.kron(np.random.default_rng(0).integers(0, 256, (12, 8), np.uint8), np.ones((16, 16), np.uint8)))
    upright = read_picture(encoded(image, "JPEG"), at_least=at_least)
    assert upright.shape == ((3, 192, 128) if at_least is None else (3, 48, 32))
    assert torch.equal(read_picture(turned(image, turn, "JPEG"), at_least=at_least), upright)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize(
    ("form", "options"), [("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True})]
)
def test_other_formats_are_turned_upright_too(form: str, options: dict[str, Any], turn: int) -> None:
    image = photo(0, size=(32, 48))
    assert torch.equal(read_picture(turned(image, turn, form, **options)), read_picture(image))


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09"]
)
def test_broken_exif_is_upright(exif: bytes) -> None:
    assert orientation(exif) == 1
    assert read_picture(encoded(photo(0), "JPEG", exif=exif)).shape == (3, 48, 64)


def test_an_animation_is_read_by_its_first_frame() -> None:
    frames = [photo(index, "P") for index in range(3)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert torch.equal(read_picture(data), read_picture(frames[0]))


@pytest.mark.parametrize(
    "array",
    [
        np.full((4, 6, 3), 102, np.uint8),
        np.full((4, 6), 102, np.uint8),
        np.full((4, 6, 1), 102 * 257, np.uint16),
        np.full((4, 6, 3), 0.4),
        torch.full((3, 4, 6), 102, dtype=torch.uint8),
        torch.full((4, 6), 0.4),
        torch.full((1, 4, 6), 0.4, dtype=torch.bfloat16),
    ],
    ids=name_of,
)
def test_arrays_and_tensors_are_scaled_to_bytes(array: Any) -> None:
    read = read_picture(array)
    assert (read.shape, set(read.flatten().tolist())) == ((3, 4, 6), {102})


def test_see_through_in_an_array_is_laid_over_white() -> None:
    assert read_picture(np.zeros((2, 2, 4), np.uint8)).min() == 255


def test_an_array_of_many_channels_is_taken_where_so_many_are_due() -> None:
    assert read_picture(np.zeros((4, 6, 7), np.uint8), channels=7).shape == (7, 4, 6)


def test_what_was_read_is_not_the_callers_array() -> None:
    tensor = torch.zeros(3, 4, 6, dtype=torch.uint8)
    read = read_picture(tensor)
    tensor += 1
    assert read.max() == 0


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((4, 6, 3)) + 1.5, "not all in 0..1"),
        (np.full((4, 6), np.nan), "not all in 0..1"),
        (np.zeros((4, 6, 3), np.int64), "its numbers are int64"),
        (np.zeros((3, 4, 6), np.uint8), "6 channels where 3 are due"),
        (np.zeros((2, 4, 6, 3), np.uint8), "a height, a width and channels"),
        (np.zeros((0, 6, 3), np.uint8), "a height, a width and channels"),
        (None, "it is a NoneType, not a picture"),
        (io.StringIO("text"), "gives text, not bytes"),
    ],
)
def test_what_is_no_picture_is_refused(array: Any, reason: str) -> None:
    with pytest.raises(UnreadableItem, match=reason):
        read_picture(array)


def test_channels_that_no_file_has_are_refused() -> None:
    with pytest.raises(UsageError, match=r"1 \(luma\), 3 \(RGB\) or 4 \(RGBA\)"):
        read_picture(photo(0), channels=2)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"<html><body>404", "seems to be a web page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "seems to be HEIC"),
        (b"%PDF-1.7", "seems to be a PDF"),
        (b"\x93NUMPY\x01\0", "begins with"),
        (many_scans(), "209 scans"),
    ],
)
def test_a_file_that_is_no_picture_says_what_it_seems_to_be(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadableItem, match=reason) as refused:
        read_picture(path)
    assert str(path) in refused.value.message


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe.jpg", tmp_path / "loop.jpg"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path, reason in [(pipe, "a pipe"), (tmp_path, "a folder"), (loop, "symbolic links"), (tmp_path / "x", "no such file")]:
        with pytest.raises(UnreadableItem, match=reason):
            read_picture(path)
    with pytest.raises(UnreadableItem, match="null"):
        read_picture("nul\0l.jpg")


def test_the_limit_of_pixels_can_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(photo(0), "JPEG")
    monkeypatch.setenv("FLEDGE_MAX_PIXELS", str(64 * 48 - 1))
    with pytest.raises(UnreadableItem, match="64 × 48") as refused:
        read_picture(data)
    assert refused.value.hint is not None
    monkeypatch.setenv("FLEDGE_MAX_PIXELS", refused.value.hint.rpartition("=")[2])
    assert read_picture(data).shape == (3, 48, 64)
    monkeypatch.setenv("FLEDGE_MAX_PIXELS", "many")
    with pytest.raises(UsageError, match="FLEDGE_MAX_PIXELS is 'many'"):
        read_picture(data)


def test_a_file_larger_than_any_picture_is_not_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "large.bmp"
    with path.open("wb") as file:
        file.truncate(10_000)
    monkeypatch.setenv("FLEDGE_MAX_PIXELS", "2000")
    for source in (path, path.read_bytes()):
        with pytest.raises(UnreadableItem):
            read_picture(source)


def test_whether_a_decoder_warns_changes_nothing() -> None:
    """Palettes with alpha, many tags and odd EXIF make Pillow warn."""
    exif = Image.Exif()
    exif[282] = 72.0
    broken = exif.tobytes()[:-4]
    before = list(warnings.filters)
    assert read_picture(encoded(photo(0), "JPEG", exif=broken)).shape == (3, 48, 64)
    assert read_picture(encoded(photo(0), "TIFF", exif=exif)).shape == (3, 48, 64)
    assert list(warnings.filters) == before


@pytest.mark.promise("C1")
def test_a_tiff_that_says_it_has_more_rows_than_it_holds_is_refused() -> None:
    data = bytearray(encoded(photo(0), "TIFF"))
    tags = int.from_bytes(data[4:8], "little") + 2
    rows = next(at for at in range(tags, len(data), 12) if data[at : at + 2] == (257).to_bytes(2, "little"))
    data[rows + 8 : rows + 10] = (2 * photo(0).height).to_bytes(2, "little")
    with pytest.raises(UnreadableItem, match="says it has 96 rows, and holds 48"):
        read_picture(bytes(data))
