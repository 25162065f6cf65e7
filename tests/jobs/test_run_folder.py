"""A folder for each training."""

from __future__ import annotations

from pathlib import Path

import pytest

from fledge.core.errors import DataError, FledgeError, UsageError
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.settings import Settings


def test_each_training_has_a_folder_of_its_own(tmp_path: Path) -> None:
    assert [RunFolder.new(tmp_path / "runs", "birds").path.name for _ in range(3)] == ["birds", "birds-2", "birds-3"]


def test_settings_come_back_as_they_were(tmp_path: Path) -> None:
    settings = Settings("photos", target=("species",), time=60.0, lr=1e-3)
    folder = RunFolder.new(tmp_path, "run")
    folder.write_state(settings, task="image-classification")
    assert RunFolder.existing(folder.path).settings() == settings


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ('{"form": 2}', DataError, "is of form 2, and this fledge reads form 1"),
        ('{"form": 1, "settings": {"source": 3}}', FledgeError, "source"),
        ('{"form": 1, "form": 1}', FledgeError, "form"),
        ("no JSON", FledgeError, "run.json"),
    ],
)
def test_a_state_that_no_training_wrote_is_refused(text: str, error: type[FledgeError], words: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(error, match=words):
        RunFolder.existing(tmp_path).settings()


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no run\.json"):
        RunFolder.existing(tmp_path)
