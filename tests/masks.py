"""Small pictures with masks made on the spot, of things a small network learns to tell apart in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from fledge.models.unet import SmallUNet
from fledge.predictor.predictor import Predictor
from fledge.tasks.image_segmentation import ImageSegmentation
from fledge.transforms.image import Image as ImageTransform
from fledge.transforms.mask import Mask
from fledge.transforms.resize import Resize
from fledge.transforms.transform import Codec

NAMES = ("sky", "ball", "ground")


def small_masker() -> Predictor:
    """A U-Net that has learned nothing, the same one every time."""
    steps = (Resize((24, 32), "squish"),)
    codec = Codec(ImageTransform(steps), Mask(NAMES, tuple(range(len(NAMES))), steps=steps, learned_at=(36, 48)))
    net = SmallUNet(len(NAMES), width=4, blocks=2)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Predictor(ImageSegmentation(), codec, net.build(), net)


def make_masks(folder: Path, count: int = 24, size: tuple[int, int] = (48, 36), *, parts: tuple[str, ...] = ()) -> Path:
    """Pictures in `images`, masks of the same names in `masks`: sky above, ground below, and a dark ball somewhere.

    With `parts` the pictures are divided among folders of these names, and the masks among `partannot`.
    """
    numbers = np.random.default_rng(0)
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    for index in range(count):
        part = parts[index % len(parts)] if parts else ""
        mask = np.where(rows > height * numbers.uniform(0.5, 0.8), 2, 0)
        across, down = numbers.uniform(0.2, 0.8, 2) * size
        mask[np.hypot(columns - across, rows - down) < 0.15 * width] = 1
        pixels = np.array([[120.0, 170, 230], [60, 40, 50], [60, 130, 50]])[mask] + numbers.normal(0, 12, (height, width, 3))
        pictures, masks = (folder / part, folder / f"{part}annot") if parts else (folder / "images", folder / "masks")
        for each in (pictures, masks):
            each.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(pictures / f"{index:03}.jpg", quality=92)
        Image.fromarray(mask.astype(np.uint8)).save(masks / f"{index:03}.png")
    return folder
