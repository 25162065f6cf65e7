"""Killed at any moment, a training goes on to the same bits."""

from __future__ import annotations

import json
import multiprocessing
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from fledge.core.errors import DiskFull
from fledge.core.tensorfile import TensorFile
from fledge.data.loader import Loader
from fledge.training.checkpoint import checkpoints, write_checkpoint
from tests.counts import count
from tests.faults import halting, trained
from tests.training.small import blob_learner, photo_learner, same, weights

WARM = multiprocessing.get_context("forkserver")


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Children are forked from a process that has torch loaded already."""
    WARM.set_forkserver_preload(["tests.faults.trained"])


def child(data: Path, folder: Path, kind: str) -> BaseProcess:
    process = WARM.Process(target=trained.train_on, args=(data, folder, kind))
    process.start()
    return process


def finished(data: Path, folder: Path, kind: str) -> bytes:
    process = child(data, folder, kind)
    process.join(120)
    assert process.exitcode == 0
    return (folder / trained.WEIGHTS).read_bytes()


@pytest.mark.slow
@pytest.mark.promise("B1")
@pytest.mark.parametrize("kind", list(trained.KINDS))
def test_killed_again_and_again_a_training_ends_in_the_same_bits(kind: str, photos: Path, tmp_path: Path) -> None:
    data = trained.MADE[kind](tmp_path / "data") if kind in trained.MADE else photos
    began = time.monotonic()
    expected = finished(data, tmp_path, kind)
    duration = time.monotonic() - began
    numbers = random.Random(kind)
    for run in range(count(1 if kind in trained.MADE else 2, 50)):
        folder = tmp_path / str(run)
        for _ in range(3):
            process = child(data, folder, kind)
            process.join(numbers.uniform(0, 0.8 * duration))
            process.kill()
            process.join()
        assert finished(data, folder, kind) == expected


@pytest.mark.promise("B2")
@pytest.mark.skipif(not halting.can_trace(), reason="this system doesn't let a process watch its child's system calls")
def test_killed_at_any_system_call_of_a_save_the_old_or_the_new_checkpoint_is_there(tmp_path: Path) -> None:
    learner = blob_learner()
    learner.fit(2)
    run = learner.run
    assert run is not None
    run.place.steps_done = 1
    run.parts = None
    write_checkpoint(run, tmp_path)

    def save() -> None:
        run.place.steps_done = 2
        write_checkpoint(run, tmp_path)

    calls = halting.run_until(save, 10**9)
    assert calls is not None
    assert calls > 10
    at = range(1, calls + 1) if count(0, 1) else random.Random(0).sample(range(1, calls + 1), 12)
    for k in at:
        for new in checkpoints(tmp_path)[1:]:
            new.unlink()
        halting.run_until(save, k)
        newest = TensorFile.open(checkpoints(tmp_path)[-1])
        assert newest.header["place"]["steps_done"] in (1, 2)
        assert blob_learner().model.load_state_dict({n.removeprefix("model."): t for n, t in newest.tensors("model.").items()})


SIGNALLED = """
import sys, torch
torch.set_num_threads(1)
from pathlib import Path
from tests.training.small import photo_learner
learner = photo_learner(Path(sys.argv[1]), folder=sys.argv[2], progress=True)
print("ready", flush=True)
learner.fit_one_cycle(500)
"""


@pytest.mark.slow
@pytest.mark.promise("B5")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, -2), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_ends_soon_with_its_own_code(number: int, code: int, photos: Path, tmp_path: Path) -> None:
    numbers = random.Random(number)
    for run in range(count(1, 25)):
        folder = tmp_path / str(run)
        process = start(photos, folder)
        time.sleep(numbers.uniform(0.05, 1.5))
        steps = [path.name for path in checkpoints(folder)]
        began = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=120)
        assert time.monotonic() - began < count(60, 10)  # with other tests beside it the machine may be slow
        assert process.returncode == code
        assert b"learn.resume() goes on from there" in said
        newest = TensorFile.open(checkpoints(folder)[-1])
        assert newest.header["place"]["steps_done"] > 0
        assert [path.name for path in checkpoints(folder)] != steps


@pytest.mark.slow
@pytest.mark.promise("B5")
def test_a_second_ctrl_c_ends_at_once_and_leaves_a_whole_checkpoint(photos: Path, tmp_path: Path) -> None:
    for run in range(count(1, 25)):
        folder = tmp_path / str(run)
        process = start(photos, folder)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        process.communicate(timeout=120)
        assert time.monotonic() - began < count(60, 1)  # with other tests beside it the machine may be slow
        assert process.returncode == -2
        assert TensorFile.open(checkpoints(folder)[-1]).header["form"] == 1


def start(photos: Path, folder: Path) -> subprocess.Popen[bytes]:
    """A training in a process of its own, past its first checkpoint."""
    command = [sys.executable, "-c", SIGNALLED, str(photos), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    while not checkpoints(folder):
        assert process.poll() is None, "it ended before its first checkpoint"
        time.sleep(0.01)
    return process


@pytest.mark.promise("B4")
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_disk_that_fills_up_leaves_the_checkpoint_before(share: float, tmp_path: Path) -> None:
    learner = blob_learner(folder=tmp_path)
    learner.fit(1)
    assert learner.run is not None
    before = {path.name: path.read_bytes() for path in checkpoints(tmp_path)}
    learner.run.place.steps_done += 1
    room = int(share * max(len(each) for each in before.values()))
    with files_up_to(room), pytest.raises(DiskFull, match="no room to write") as caught:
        write_checkpoint(learner.run, tmp_path)
    assert caught.value.exit_code == 6
    assert {path.name: path.read_bytes() for path in checkpoints(tmp_path)} == before


@contextmanager
def files_up_to(room: int) -> Iterator[None]:
    """Files can grow to `room` bytes, as with `ulimit -f`."""
    resource = pytest.importorskip("resource")
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.promise("B0")
@pytest.mark.parametrize("random_changes", [True, False])
@pytest.mark.parametrize("kind", ["one-cycle", "fine-tune"])
def test_the_number_of_threads_that_read_changes_no_bit(kind: str, random_changes: bool, photos: Path) -> None:
    trained_with = []
    for workers in (0, 1, 2, 4, 8)[: count(3, 5)]:
        learner = photo_learner(photos, random=random_changes, workers=workers)
        learner.fit_one_cycle(1) if kind == "one-cycle" else learner.fine_tune(1)
        trained_with.append(weights(learner))
    assert all(same(trained_with[0], each) for each in trained_with[1:])


@pytest.mark.promise("B0")
@pytest.mark.parametrize("kind", list(trained.MADE))
def test_nor_does_it_where_sounds_movements_and_masks_are_read(kind: str, tmp_path: Path) -> None:
    data, trained_with = trained.MADE[kind](tmp_path / "data"), []
    for workers in (0, 1, 2, 4, 8)[: count(3, 5)]:
        learner, begin = trained.KINDS[kind](data, tmp_path / str(workers))
        assert isinstance(learner.dls.train, Loader)
        learner.dls = replace(learner.dls, train=replace(learner.dls.train, workers=workers))
        begin()
        trained_with.append(weights(learner))
    assert all(same(trained_with[0], each) for each in trained_with[1:])


@pytest.mark.promise("D5")
def test_the_same_seed_in_two_processes_gives_the_same_bits(photos: Path, tmp_path: Path) -> None:
    assert finished(photos, tmp_path / "a", "whole") == finished(photos, tmp_path / "b", "whole")


EPOCHS = """
import gc, json, psutil, sys
from pathlib import Path
from tests.training.small import photo_learner

def held():
    gc.collect()
    me = psutil.Process()
    return me.memory_info().rss, me.num_fds(), me.num_threads()

learner = photo_learner(Path(sys.argv[1]))
learner.fit(int(sys.argv[2]))  # pools and caches fill up first
before = held()
learner.fit(int(sys.argv[3]))
print(json.dumps([before, held()]))
"""


@pytest.mark.slow
@pytest.mark.promise("D4")
def test_nothing_grows_from_epoch_to_epoch(photos: Path) -> None:
    pytest.importorskip("psutil")
    epochs = count(10, 50)
    # In a process of its own: what other tests left behind may go, or come, at any time.
    command = [sys.executable, "-c", EPOCHS, str(photos), str(count(5, 10)), str(epochs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2])
    before, after = json.loads(done.stdout)
    assert (after[0] - before[0]) / epochs <= 1e6
    assert after[1:] == before[1:]
