"""Masks as answers: at the picture's own size, as files, in words; and large pictures by tiles."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor, nn

from fledge.core.errors import UnknownName, UsageError
from fledge.models.architecture import Custom
from fledge.models.unet import SmallUNet
from fledge.predictor.predictor import Predictor
from fledge.tasks.image_segmentation import ImageSegmentation
from fledge.tasks.regions import Regions, Scene
from fledge.tasks.spreading import spread_out
from fledge.tasks.tiling import cut, joined, starts
from fledge.transforms.image import Image
from fledge.transforms.mask import Mask
from fledge.transforms.mask_colours import VOID
from fledge.transforms.resize import PictureStep, Resize
from fledge.transforms.transform import Codec


class Bright(nn.Module):
    """Says of each place whether it is bright."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        bright = (x.mean(1, keepdim=True) - 0.5) * self.weight
        return torch.cat([-bright, bright], 1)


def predictor(steps: tuple[PictureStep, ...], net: nn.Module | None = None, at: tuple[int, int] = (64, 64)) -> Predictor:
    codec = Codec(Image(steps), Mask(("dark", "bright"), (0, 1), steps=steps, learned_at=at))
    return Predictor(ImageSegmentation(), codec, net or Bright(), Custom("Bright"))


def picture(high: int = 60, wide: int = 90) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    pixels = np.zeros((high, wide, 3), np.uint8)
    pixels[20:40, 30:60] = 255
    return pixels


@pytest.mark.parametrize("step", [Resize(32, "squish"), Resize((40, 30), "pad")], ids=str)
def test_the_mask_has_the_pictures_own_size_and_place(step: PictureStep) -> None:
    answer = predictor((step,))(picture())
    assert answer.mask.shape == (60, 90)
    there = picture()[:, :, 0] > 0
    assert ((answer.mask == 1) != there).mean() < 0.03
    assert answer.counts == {"dark": 1, "bright": 1}


def test_what_a_crop_left_out_is_said_to_be_unseen() -> None:
    answer = predictor((Resize(30, "crop"),))(picture())
    assert (answer.mask[:, :15] == VOID).all()
    assert (answer.mask[:, 75:] == VOID).all()
    assert (answer.mask[:, 15:75] != VOID).all()
    assert sum(answer.shares.values()) == pytest.approx(1)


def test_every_way_to_give_a_picture_gives_the_same_mask(tmp_path: Path) -> None:
    model = predictor((Resize(32, "squish"),))
    Pillow.fromarray(picture()).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    given = [tmp_path / "a.png", data, BytesIO(data), Pillow.open(tmp_path / "a.png"), picture()]
    masks = [model(each).mask for each in given]
    masks += [each.mask for each in model([tmp_path / "a.png"] * 5)]
    assert all(np.array_equal(mask, masks[0]) for mask in masks)


def test_a_photo_on_its_side_gets_a_mask_the_right_way_up(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.fromarray(picture()).save(tmp_path / "a.jpg", exif=exif)
    assert predictor((Resize(32, "squish"),))(tmp_path / "a.jpg").mask.shape == (90, 60)


def test_strips_of_a_large_picture_are_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = torch.randn(3, 10, 12, generator=torch.Generator().manual_seed(0))
    scene = Scene(70, 80, (-5.0, 3.0, 90.0, 60.0))
    whole = spread_out(scores, scene)
    monkeypatch.setattr("fledge.tasks.spreading._STRIP", 700)
    assert np.array_equal(spread_out(scores, scene), whole)
    assert (whole[:, :3] == VOID).all()


def test_a_mask_is_a_png_with_its_classes_and_colours() -> None:
    answer = predictor((Resize(32, "squish"),))(picture())
    file = Pillow.open(BytesIO(answer.png()))
    assert file.mode == "P"
    assert np.array_equal(np.asarray(file), answer.mask)
    assert np.array_equal(np.asarray(file.convert("RGB"))[0, 0], answer.palette[0])


def test_json_holds_shares_and_counts_and_the_mask_only_on_request() -> None:
    answer = predictor((Resize(32, "squish"),))(picture())
    plain = json.loads(answer.to_json())
    assert set(plain) == {"answer", "counts", "width", "height"}
    assert plain["width"] == 90
    assert plain["counts"] == {"dark": 1, "bright": 1}
    runs = answer.as_dict(mask="runs")
    unrolled = np.repeat([place for place, _ in runs["mask"]], [length for _, length in runs["mask"]])
    assert np.array_equal(unrolled.reshape(60, 90), answer.mask)
    assert answer.as_dict(mask="png")["mask"].startswith("iVBOR")
    with pytest.raises(UnknownName, match="form of a mask"):
        answer.as_dict(mask="gif")


def test_specks_are_not_counted_and_pieces_that_touch_are_one() -> None:
    mask = np.zeros((200, 200), np.uint8)
    mask[5, 5] = 1
    mask[20:40, 20:40] = mask[40:60, 40:60] = mask[100:120, 100:120] = 1
    answer = Regions(mask, ("a", "b"))
    assert answer.counts["b"] == 2
    assert str(answer).startswith("a ")
    assert "(2×)" in str(answer)
    assert answer.where("b").sum() == 1201


def test_an_overlay_is_part_picture_part_colours() -> None:
    answer = predictor((Resize(32, "squish"),))(picture())
    over = answer.overlay(picture(), opacity=0.25)
    assert over.shape == (60, 90, 3)
    assert np.array_equal(over[0, 0], np.rint(0.25 * answer.palette[0]).astype(np.uint8))
    with pytest.raises(UsageError, match="that of another"):
        answer.overlay(picture(50, 90))


def test_tiles_leave_no_seams() -> None:
    torch.manual_seed(0)
    net = SmallUNet(outputs=2, width=8, blocks=2).build().eval()
    model = predictor((), net, at=(128, 128))
    photo = np.random.default_rng(0).integers(0, 255, (352, 448, 3), np.uint8)
    tiles = cut(photo, model.codec.input, (128, 128))
    by_tiles = joined(tiles, model.outputs)
    whole = model.outputs(model.codec.input.encode(photo)[None])[0]
    inner = (slice(None), slice(24, -24), slice(24, -24))
    assert by_tiles.shape == whole.shape
    assert torch.allclose(by_tiles[inner], whole[inner], atol=1e-4 * float(whole.abs().max()))


def test_a_large_picture_by_tiles_is_seen_at_the_scale_of_training() -> None:
    photo = picture(240, 360)
    answer = predictor((Resize(32, "squish"),), at=(60, 90))(photo, tiles=True)
    assert answer.mask.shape == (240, 360)
    assert ((answer.mask == 1) != (photo[:, :, 0] > 0)).mean() < 0.005
    (small,) = predictor((Resize(32, "squish"),), at=(60, 90))([picture()], tiles=(60, 90))
    assert small.mask.shape == (60, 90)


def test_tiles_cover_every_place() -> None:
    for side in (1, 31, 32, 33, 127, 128, 129, 500):
        found = starts(side, 32, 24)
        assert found[0] == 0
        assert found[-1] + 32 >= side
        assert len(found) == 1 or found[-2] + 32 < side


def test_tiles_are_for_masks_and_have_a_size() -> None:
    with pytest.raises(UsageError, match="no height and width of 8"):
        predictor((Resize(32, "squish"),))(picture(), tiles=(4, 4))
