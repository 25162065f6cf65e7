"""What the Tab key offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.commands import environment, fledge


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tr", ["train"]),
        ("train --weig", ["--weights"]),
        ("train --task image-t", ["image-tags"]),
        ("train --device c", ["cpu", "cuda"]),
        ("train --precision b", ["bfloat16"]),
        ("predict --device m", ["mps"]),
        ("demo d", ["digits"]),
    ],
)
def test_what_was_begun_is_completed(typed: str, offered: list[str]) -> None:
    words = ["fledge", *typed.split()]
    asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1), "_FLEDGE_COMPLETE": "bash_complete"}
    assert fledge(env=environment(**asked)).stdout.splitlines() == [f"plain,{each}" for each in offered]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how(shell: str) -> None:
    done = fledge(env=environment(_FLEDGE_COMPLETE=f"{shell}_source"))
    assert done.returncode == 0
    assert "_FLEDGE_COMPLETE" in done.stdout


def test_completing_a_task_loads_no_torch() -> None:
    code = (
        "import sys; from fledge.cli.completing import among, tasks; "
        "among(tasks)(None, None, ''); print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
