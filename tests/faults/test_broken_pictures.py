"""Promises C1 and C2: what can't be read is named with its reason, quickly and in little memory."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fledge.core.errors import UnreadableItem
from fledge.transforms.picture import read_picture
from fledge.transforms.resize import Resize
from tests.counts import count
from tests.faults.broken_pictures import BROKEN, ODD, make_corpus


def reason(path: Path) -> str | None:
    """Why a file can't be read, or nothing."""
    try:
        Resize(32)(read_picture(path, at_least=(32, 32)))
    except UnreadableItem as error:
        return error.message
    return None


@pytest.mark.promise("C1")
def test_every_broken_picture_is_named_with_a_reason_and_no_good_one(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path, good=count(2 * len(ODD), 9_500), broken=count(2 * len(BROKEN), 500))
    assert len(BROKEN) == 25
    with ThreadPoolExecutor(4) as threads:
        good = dict(zip(corpus.good, threads.map(reason, corpus.good), strict=True))
        broken = dict(zip(corpus.broken, threads.map(reason, corpus.broken), strict=True))
    assert {path: why for path, why in good.items() if why is not None} == {}
    assert [path for path, why in broken.items() if why is None] == []
    assert all(path.name in why for path, why in broken.items() if why is not None)


BOMBS = """
import sys, time
import torch
from fledge.core.errors import UnreadableItem
from fledge.transforms.picture import read_picture
from fledge.transforms.resize import Resize
from tests.faults import broken_pictures as pictures

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) * 1024

torch.set_num_threads(1)
Resize(32)(read_picture(pictures.encoded(pictures.photo(0), "JPEG")))
Resize(32)(read_picture(pictures.encoded(pictures.photo(0), "PNG")))
bombs = [
    pictures.png_bomb(), pictures.gif_bomb(), pictures.webp_bomb(), pictures.jpeg_bomb(), pictures.bmp_bomb(),
    pictures.tiff_bomb(), pictures.tiff_bomb(tile=True), pictures.many_scans(),
]
before, times, refused = peak(), [], 0
for round in range(int(sys.argv[1])):
    start = time.process_time()
    try:
        read_picture(bombs[round % len(bombs)])
    except UnreadableItem as error:
        refused += "at most" in error.message or "exceeds limit" in error.message
    times.append(time.process_time() - start)
print(refused, peak() - before, max(times))
"""


@pytest.mark.promise("C2")
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_bombs_are_refused_before_they_take_memory() -> None:
    rounds = count(16, 100)
    command = [sys.executable, "-c", BOMBS, str(rounds)]
    done = subprocess.run(command, env={"PYTHONPATH": "src:."}, capture_output=True, text=True, check=True, timeout=300)
    refused, memory, slowest = (float(number) for number in done.stdout.split())
    assert (refused, done.stderr) == (rounds, "")
    assert memory <= 512 * 2**20
    assert slowest <= 2
