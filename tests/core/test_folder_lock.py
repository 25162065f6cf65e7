"""One at a time in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from socket import gethostname

import pytest

from fledge.core.errors import UsageError
from fledge.core.folder_lock import FolderLock

HOLDS = """
import sys
from fledge.core.folder_lock import FolderLock
FolderLock(sys.argv[1]).acquire()
print("held", flush=True)
input()
"""


@pytest.mark.promise("B7")
def test_the_second_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    with FolderLock(tmp_path), pytest.raises(UsageError, match=f"in use by process {os.getpid()} on {gethostname()}"):
        FolderLock(tmp_path).acquire()
    with FolderLock(tmp_path):
        pass


@pytest.mark.promise("B7")
def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match=f"process {holder.pid} on"):
            FolderLock(tmp_path).acquire()
        holder.kill()
    with FolderLock(tmp_path):
        assert (tmp_path / ".lock").read_text().startswith(f"process {os.getpid()}")


def test_a_lock_that_is_not_held_can_be_given_back(tmp_path: Path) -> None:
    FolderLock(tmp_path).release()
