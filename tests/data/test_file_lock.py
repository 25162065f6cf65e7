"""A turn for one process at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from fledge.data.file_lock import file_lock

HOLD = """
import sys, pathlib
from fledge.data.file_lock import file_lock
with file_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def test_another_process_waits_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(TimeoutError, match="another process has held"), file_lock(lock, patience=0.01):
            pytest.fail("two held one lock")
        holder.kill()
        holder.wait()
        with file_lock(lock, patience=1):
            pass


def test_threads_take_turns(tmp_path: Path) -> None:
    seen = []

    def work(number: int) -> None:
        with file_lock(tmp_path / "lock"):
            seen.append(number)
            seen.append(number)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen[::2] == seen[1::2]
    assert sorted(seen[::2]) == list(range(8))
