"""The limit: what a careful person writes by hand in plain PyTorch for the same work."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch
from _measure import has_bfloat16
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torchvision.io import decode_jpeg, read_file

MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def picture(path: str, size: int) -> Tensor:
    """A JPEG squished to `size`, as bytes; a large one is decoded at 1/2, 1/4 or 1/8 of its size."""
    with Image.open(path) as opened:
        if min(opened.size) >= 2 * size:
            opened.draft("RGB", (size, size))
            pixels = torch.from_numpy(np.asarray(opened.convert("RGB"))).permute(2, 0, 1)
        else:
            pixels = decode_jpeg(read_file(path))
    batch = pixels[None].contiguous(memory_format=torch.channels_last)
    return F.interpolate(batch, (size, size), mode="bilinear", antialias=True)[0]


def pictures(paths: Sequence[str], size: int, threads: int = 2) -> Tensor:
    """All of them as one tensor of bytes, channels last."""
    whole = torch.empty(len(paths), 3, size, size, dtype=torch.uint8).to(memory_format=torch.channels_last)
    usual = torch.get_num_threads()

    def read(place: int) -> None:
        whole[place] = picture(paths[place], size)

    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        list(pool.map(read, range(len(paths)), chunksize=1))
    torch.set_num_threads(usual)
    return whole


def prepared(batch: Tensor) -> Tensor:
    """Bytes as normalised floats, channels last."""
    mean, spread = (torch.tensor(each).view(3, 1, 1) * 255 for each in (MEAN, SPREAD))
    return (batch - mean).div_(spread)


def autocast() -> AbstractContextManager[object]:
    """bfloat16 where the processor has it."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16())


def files(folder: Path | str, count: int | None = None) -> tuple[list[str], Tensor]:
    """The JPEGs in folders named for their class, and the classes' numbers; at most `count`, evenly from all."""
    found = sorted(str(each) for each in Path(folder).glob("*/*.jpg"))
    step = 1 if count is None else max(1, len(found) // count)
    chosen = found[::step]
    names = sorted({Path(each).parent.name for each in found})
    return chosen, torch.tensor([names.index(Path(each).parent.name) for each in chosen])
