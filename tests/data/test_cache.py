"""The cache: exact or nothing, whatever happens to the process, the file and the disk."""

from __future__ import annotations

import errno
import logging
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fledge.data.append_file import AppendFile
from fledge.data.cache import FrontCache
from fledge.data.cache_entry import can_be_kept, from_lines
from fledge.data.file_lock import file_lock

WRITER = """
import sys, pathlib, numpy as np
from fledge.data.cache import FrontCache
folder, start, stop, step = sys.argv[1], *map(int, sys.argv[2:])
cache = FrontCache.open("s", folder=pathlib.Path(folder))
print("ready", flush=True)
for number in range(start, stop, step):
    front = np.random.default_rng(number).integers(0, 256, (50, 40, 3 + number % 20), dtype=np.uint8)
    cache.put(number.to_bytes(24, "little"), front)
print("done", flush=True)
"""


def key(number: int) -> bytes:
    return number.to_bytes(24, "little")


def front(number: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(number).integers(0, 256, (50, 40, 3 + number % 20), dtype=np.uint8)


def source(array: Any) -> Any:
    """What an array is a view into, in the end."""
    while not isinstance(array, mmap | bytes):
        array = array.obj if isinstance(array, memoryview) else array.base
    return array


def writer(folder: Path, start: int, stop: int, step: int = 1) -> subprocess.Popen[bytes]:
    """A process that puts the fronts of a range, and has opened the cache when this returns."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WRITER, str(folder), str(start), str(stop), str(step)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[FrontCache]:
    with FrontCache.open("s", folder=tmp_path) as opened:
        yield opened


def test_what_was_put_is_found_in_this_process_and_the_next(tmp_path: Path, cache: FrontCache) -> None:
    for number in range(20):
        assert cache.put(key(number), front(number))
    for opened in (cache, FrontCache.open("s", folder=tmp_path)):
        for number in range(20):
            np.testing.assert_array_equal(opened.get(key(number)), front(number))
        assert opened.get(key(20)) is None


@settings(max_examples=60)
@given(
    arrays.arrays(
        dtype=st.sampled_from([np.dtype(kind) for kind in "?bBhHiIlqefd"]),
        shape=arrays.array_shapes(min_dims=0, max_dims=3, max_side=5),
    )
)
def test_every_kind_and_shape_comes_back_as_it_was(array: np.ndarray[Any, Any]) -> None:
    with FrontCache.open("kinds") as cache:
        cache.clear()
        assert cache.put(key(0), array)
        found = cache.get(key(0))
        assert found is not None
        assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())


@pytest.mark.parametrize("array", [np.empty(0), np.zeros((1, 1, 1, 1)), np.array(["text"]), np.array([1j]), np.zeros(2, ">f4")])
def test_an_array_that_can_not_be_kept_is_not(cache: FrontCache, array: np.ndarray[Any, Any]) -> None:
    assert not cache.put(key(0), array)
    assert cache.get(key(0)) is None


def test_a_found_array_is_a_view_that_nobody_can_write_into(tmp_path: Path, cache: FrontCache) -> None:
    cache.put(key(0), front(0))
    with FrontCache.open("s", folder=tmp_path) as again:
        found = again.get(key(0))
        assert found is not None
        assert not found.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            found[0] = 1


def test_a_found_array_outlives_the_cache(cache: FrontCache) -> None:
    cache.put(key(0), front(0))
    found = cache.get(key(0))
    cache.close()
    np.testing.assert_array_equal(found, front(0))
    assert cache.get(key(0)) is None
    assert not cache.put(key(1), front(1))


def test_an_array_that_is_not_contiguous_is_kept_as_it_looks(cache: FrontCache) -> None:
    array = front(0).transpose(2, 0, 1)[:, ::2]
    cache.put(key(0), array)
    np.testing.assert_array_equal(cache.get(key(0)), array)


def test_other_settings_are_another_cache(tmp_path: Path, cache: FrontCache) -> None:
    cache.put(key(0), front(0))
    with FrontCache.open("Resize(224)", folder=tmp_path) as other:
        assert other.get(key(0)) is None


def test_the_cache_lies_below_the_home_of_fledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGE_HOME", str(tmp_path / "elsewhere"))
    with FrontCache.open("s") as cache:
        assert cache.put(key(0), front(0))
        assert cache.folder == tmp_path / "elsewhere" / "cache"
        assert cache.stats().items == 1


def test_what_is_put_while_it_is_read_is_found_without_many_mappings(cache: FrontCache) -> None:
    kept: list[Any] = []
    for number in range(200):
        cache.put(key(number), front(number))
        kept.append(cache.get(key(number)))
    for number, found in enumerate(kept):
        np.testing.assert_array_equal(found, front(number))
    mappings = {id(source(found)) for found in kept if isinstance(source(found), mmap)}
    assert 1 <= len(mappings) < 20


def test_many_threads_put_and_get_at_once(cache: FrontCache) -> None:
    numbers = [number for number in range(60) for _ in range(4)]
    random.Random(0).shuffle(numbers)

    def work(number: int) -> bool:
        found = cache.get(key(number))
        if found is None:
            return cache.put(key(number), front(number))
        return bool((found == front(number)).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, numbers))
    assert cache.stats().items == 60


def test_what_another_process_puts_is_found_without_opening_again(tmp_path: Path, cache: FrontCache) -> None:
    with writer(tmp_path, 0, 5) as process:
        assert process.wait() == 0
    for number in range(5):
        np.testing.assert_array_equal(cache.get(key(number)), front(number))


def test_two_processes_put_the_same_and_other_fronts(tmp_path: Path) -> None:
    with writer(tmp_path, 0, 300) as one, writer(tmp_path, 100, 400) as other:
        assert one.wait() == other.wait() == 0
    with FrontCache.open("s", folder=tmp_path) as cache:
        for number in range(400):
            np.testing.assert_array_equal(cache.get(key(number)), front(number))
        assert cache.stats().items == 400
        lines = next(tmp_path.glob("*.index")).read_bytes()
        assert len(list(from_lines(lines))) == 400, "nothing was put twice"


@pytest.mark.slow
def test_after_kill_9_every_front_is_exact_or_missing(tmp_path: Path) -> None:
    moments = random.Random(1)
    for attempt in range(5):
        with writer(tmp_path, attempt * 100_000, attempt * 100_000 + 100_000) as process:
            time.sleep(moments.uniform(0.02, 0.1))
            process.kill()
    with FrontCache.open("s", folder=tmp_path) as cache:
        found = 0
        for attempt in range(5):
            for number in range(attempt * 100_000, attempt * 100_000 + 2000):
                kept = cache.get(key(number))
                if kept is not None:
                    found += 1
                    np.testing.assert_array_equal(kept, front(number))
        assert found == cache.stats().items > 5
        assert cache.put(key(99), front(99))


@pytest.mark.parametrize("which", ["index", "fronts"])
def test_cut_off_anywhere_every_front_is_exact_or_missing_and_adding_goes_on(tmp_path: Path, which: str) -> None:
    with FrontCache.open("s", folder=tmp_path / "whole") as cache:
        for number in range(3):
            cache.put(key(number), front(number)[:2, :2])
    size = next((tmp_path / "whole").glob(f"*.{which}")).stat().st_size
    for length in range(0, size, 7):
        shutil.copytree(tmp_path / "whole", tmp_path / "cut", dirs_exist_ok=True)
        os.truncate(next((tmp_path / "cut").glob(f"*.{which}")), length)
        for _ in range(2):
            with FrontCache.open("s", folder=tmp_path / "cut") as cache:
                for number in range(3):
                    kept = cache.get(key(number))
                    assert kept is None or (kept == front(number)[:2, :2]).all()
                assert cache.put(key(3), front(3))
                np.testing.assert_array_equal(cache.get(key(3)), front(3))


@pytest.mark.parametrize("which", ["index", "fronts"])
def test_a_flipped_bit_anywhere_is_never_returned(tmp_path: Path, which: str) -> None:
    with FrontCache.open("s", folder=tmp_path) as cache:
        for number in range(3):
            cache.put(key(number), front(number)[:2, :2])
    file = next(tmp_path.glob(f"*.{which}"))
    whole = file.read_bytes()
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        file.write_bytes(damaged)
        with FrontCache.open("s", folder=tmp_path) as cache:
            kept = [cache.get(key(number)) for number in range(3)]
            assert all(found is None or (found == front(number)[:2, :2]).all() for number, found in enumerate(kept))
            assert sum(found is None for found in kept) <= 1


def test_a_damaged_front_is_put_again(tmp_path: Path) -> None:
    with FrontCache.open("s", folder=tmp_path) as cache:
        cache.put(key(0), front(0))
    file = next(tmp_path.glob("*.fronts"))
    file.write_bytes(bytes(file.stat().st_size))
    for _ in range(2):
        with FrontCache.open("s", folder=tmp_path) as cache:
            found = cache.get(key(0))
            assert cache.put(key(0), front(0))
            np.testing.assert_array_equal(cache.get(key(0)), front(0))
    assert found is not None


def put_many(cache: FrontCache, count: int) -> int:
    return sum(cache.put(key(number), np.full(10_000, number % 256, np.uint8)) for number in range(count))


def test_the_limit_ends_the_adding_and_nothing_else(tmp_path: Path) -> None:
    with FrontCache.open("s", folder=tmp_path, limit=100_000) as cache:
        assert put_many(cache, 20) == 9
        assert not cache.stats().is_adding
        assert cache.stats().all_bytes <= 100_000
        assert cache.get(key(8)) is not None
        assert cache.get(key(9)) is None


def test_caches_unused_for_longest_make_way_for_others(tmp_path: Path) -> None:
    for age, name in enumerate(["new", "old", "oldest"]):
        with FrontCache.open(name, folder=tmp_path, limit=100_000) as cache:
            assert put_many(cache, 3) == 3
            os.utime(cache._kept.index, (time.time() - 100 * age - 50,) * 2)
    with FrontCache.open("mine", folder=tmp_path, limit=100_000) as mine:
        assert put_many(mine, 3) == 3
        assert mine.stats().all_bytes <= 100_000
    kept = {}
    for name in ("new", "old", "oldest", "mine"):
        with FrontCache.open(name, folder=tmp_path, limit=100_000) as cache:
            kept[name] = cache.stats().items
    assert kept == {"new": 3, "old": 3, "oldest": 0, "mine": 3}


def test_a_cache_that_had_to_make_way_while_open_still_reads_and_adds_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = FrontCache.open("first", folder=tmp_path, limit=100_000)
    put_many(first, 5)
    with FrontCache.open("second", folder=tmp_path, limit=100_000) as second:
        assert put_many(second, 6) == 6
    for number in range(5):
        np.testing.assert_array_equal(first.get(key(number)), number)
    with caplog.at_level(logging.WARNING, logger="fledge"):
        assert not any(first.put(key(number), front(number)) for number in range(10, 20))
    assert len(caplog.records) == 1


def test_clear_forgets_everything_of_these_settings_alone(tmp_path: Path, cache: FrontCache) -> None:
    with FrontCache.open("other", folder=tmp_path) as other:
        cache.put(key(0), front(0))
        other.put(key(0), front(0))
        seen = cache.get(key(0))
        cache.clear()
        assert cache.get(key(0)) is None
        assert (cache.stats().items, other.get(key(0)) is None) == (0, False)
        cache.put(key(0), front(1))
        np.testing.assert_array_equal(cache.get(key(0)), front(1))
        np.testing.assert_array_equal(seen, front(0))


def test_a_full_disk_turns_adding_off_with_one_warning(
    tmp_path: Path, cache: FrontCache, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache.put(key(0), front(0))

    def no_room(file: AppendFile, content: bytes) -> None:
        file._file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, logger="fledge"):
        patch.setattr(AppendFile, "_write", no_room)
        assert not any(cache.put(key(number), front(number)) for number in range(1, 9))
    assert ["No space" in record.message for record in caplog.records] == [True]
    np.testing.assert_array_equal(cache.get(key(0)), front(0))
    with FrontCache.open("s", folder=tmp_path) as again:
        assert again.put(key(1), front(1))
        np.testing.assert_array_equal(again.get(key(1)), front(1))


def test_a_folder_that_can_not_be_made_turns_the_cache_off_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING, logger="fledge"), FrontCache.open("s", folder=tmp_path / "file" / "cache") as cache:
        assert cache.get(key(0)) is None
        assert not cache.put(key(0), front(0))
        assert cache.digest(tmp_path / "file") == cache.digest(b"")
        assert cache.stats().items == 0
        cache.clear()
    assert len(caplog.records) == 1


def test_a_lock_held_for_long_turns_adding_off(tmp_path: Path, cache: FrontCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fledge.data.cache.file_lock", partial(file_lock, patience=0.01))
    with file_lock(tmp_path / "lock"):
        assert not cache.put(key(0), front(0))
    assert not cache.stats().is_adding


def test_lines_from_elsewhere_can_claim_nothing_that_is_not_there() -> None:
    assert list(from_lines(np.random.default_rng(0).bytes(8000))) == []
    assert not can_be_kept(np.array([object()]))
