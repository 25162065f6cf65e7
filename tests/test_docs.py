"""Every python example of README.md and docs/ runs."""

from __future__ import annotations

import re
import shutil
import traceback
from pathlib import Path

import pytest

from tests.masks import make_masks
from tests.pages import run_page, script
from tests.sounds import make_sounds
from tests.tracks import make_tracks

ROOT = Path(__file__).parents[1]
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_runs(page: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one script, in a folder with photos, sounds, movements, masks: `bird_or_not/`, `recordings/`, `tracks/`, `balls/`."""
    shutil.copytree(photos, tmp_path / "bird_or_not")
    shutil.copy(make_sounds(tmp_path / "recordings") / "clock" / "clock_000.wav", tmp_path / "who-is-it.wav")
    make_tracks(tmp_path / "tracks")
    make_masks(tmp_path / "balls", 20)
    shutil.copy(photos / "bird" / "bird_000.jpg", tmp_path / "robin.jpg")
    monkeypatch.chdir(tmp_path)
    run_page(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_a_page_points_to_is_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_blocks_run_together_in_order_with_their_hidden_set_up(tmp_path: Path) -> None:
    page = _page(tmp_path, "<!-- python\na = 1\n-->\n```python\nb = a + 1\n```\ntext\n```python\nc = b + 1\n```\n")
    assert run_page(page)["c"] == 3


def test_a_broken_example_fails_and_points_at_its_line_on_the_page(tmp_path: Path) -> None:
    page = _page(tmp_path, "# Title\n\n```python\nfine = 1\n```\n\nThen:\n\n```python\nfine.missing\n```\n")
    with pytest.raises(AttributeError) as caught:
        run_page(page)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno) == (str(page), 10)


def test_a_block_is_left_out_only_with_a_reason() -> None:
    assert script("<!-- not run: needs a camera -->\n```python\nbroken(\n```\n") == "\n"
    assert "broken(" in script("<!-- not run: -->\n```python\nbroken(\n```\n")


def test_other_languages_are_not_run() -> None:
    assert script("```console\n$ fledge train\n```\n```pycon\n>>> 1\n```\n") == "\n"


def _page(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return page
