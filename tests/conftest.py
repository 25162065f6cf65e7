"""What every test stands on: its own home, few threads, photos, and nothing left behind."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from tests.counts import count
from tests.photos import make_photos
from tests.real_data import real_data as find_real_data


def pytest_configure(config: pytest.Config) -> None:
    """Before any module of ours is imported: a home for this run alone, one thread, no window, no network."""
    home = tempfile.TemporaryDirectory(prefix="fledge-tests-")
    config.add_cleanup(home.cleanup)
    os.environ |= {"FLEDGE_HOME": home.name, "MPLBACKEND": "Agg", "HF_HUB_OFFLINE": "1", "NO_COLOR": "1"}
    torch.set_num_threads(1)
    # A busy machine is slow at any example, and that is no fault. The same examples every time, but for full counts.
    settings.register_profile("fledge", deadline=None, derandomize=count(1, 0) == 1)
    settings.load_profile("fledge")


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 20 birds and 20 forests, each in its class's folder; to be read, not changed."""
    return make_photos(tmp_path_factory.mktemp("photos") / "bird_or_not")


@pytest.fixture(scope="session")
def three_classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of birds, forests and nights, 12 of each; to be read, not changed."""
    return make_photos(tmp_path_factory.mktemp("photos") / "scenes", ("bird", "forest", "night"), each=12)


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """Finds a real data set by name, or skips the test."""
    return find_real_data


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test ends in the folder and with the settings it began with, and leaves no file there."""
    before = _surroundings()
    yield
    assert _surroundings() == before, "the test left something behind: use tmp_path and monkeypatch"


def _surroundings() -> dict[str, object]:
    # Names with a dot or underscore in front are the caches of the tools themselves.
    files = {name for name in os.listdir() if name[0] not in "._"}  # noqa: PTH208
    return {
        "folder": str(Path.cwd()),
        "files": files,
        "threads": torch.get_num_threads(),
        "type": torch.get_default_dtype(),
        "gradients": torch.is_grad_enabled(),
    }
