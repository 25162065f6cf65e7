"""How the page looks for every task, light and dark, on a laptop and on a phone; and whether everybody can use it.

Its pictures lie in `.bench/page/` afterwards, for somebody to look at; axe-core looks for what shuts people out. It takes
minutes, so it runs where the full count is asked for: FLEDGE_FULL=1 python -m pytest tests/serve/test_page_looks.py
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fledge.data.block import DataBlock
from fledge.data.labels import parent_label
from fledge.data.sources import get_image_files
from fledge.data.splits import RandomSplitter
from fledge.predictor.predictor import Predictor
from fledge.serve.app import build_app
from fledge.tasks.table import TASKS
from fledge.training.vision import vision_learner
from fledge.transforms.resize import Resize
from tests.contract.kinds import KINDS
from tests.counts import count
from tests.serve.browser import browser
from tests.serve.calls import serving
from tests.serve.test_page import open_page, text, wait

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not count(0, 1), reason="looks at the page of every task, which takes minutes: FLEDGE_FULL=1"),
]

PICTURES = Path(__file__).parents[2] / ".bench" / "page"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "const [rules, done] = arguments; axe.run({runOnly: rules}).then((found) => done(found.violations))"
PATIENCE = 300
"""Seconds that a busy machine may take."""
DRAWN = "digits"
"""Small grey pictures, which the page has a canvas for."""


@dataclass(frozen=True)
class Look:
    """One way to look at the page."""

    colours: str
    width: int
    height: int
    phone: bool

    @property
    def name(self) -> str:
        return f"{self.colours}-{'phone' if self.phone else 'laptop'}"


LOOKS = [Look(colours, *size) for colours in ("light", "dark") for size in ((1280, 800, False), (375, 740, True))]


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core, as the Python package that carries it has it."""
    found = find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the page's looks need axe-core: pip install --no-deps axe-playwright-python")
    return Path(found.submodule_search_locations[0], "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser(1280, 800) as running:
        running.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})  # for axe, which is put into the page
        running.set_script_timeout(PATIENCE)
        yield running


@pytest.mark.parametrize("task", [*TASKS, DRAWN])
def test_the_page_of_every_task_shuts_nobody_out(task: str, chromium: Any, axe: str, tmp_path: Path) -> None:
    predictor = trained(task, tmp_path)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with serving(build_app(predictor)) as port:
        for look in LOOKS:
            put_on(chromium, look)
            open_page(chromium, port)
            wait(lambda: text(chromium, "h1").startswith(task), PATIENCE)
            use(chromium, task)
            photograph(chromium, PICTURES / f"{task}-{look.name}.png")
            assert faults(chromium, axe) == [], look.name
            assert chromium.execute_script("return document.documentElement.scrollWidth") <= look.width
        open_page(chromium, port, "docs")
        wait(lambda: text(chromium, "h1").startswith(task), PATIENCE)
        assert faults(chromium, axe) == []
    assert [each["message"] for each in chromium.get_log("browser") if each["level"] == "SEVERE"] == []


def trained(task: str, folder: Path) -> Predictor:
    """A small model of made-up data, called as its task is."""
    learner = _digits(folder) if task == DRAWN else KINDS[task](folder)[0]
    learner.fit_one_cycle(4)
    made = learner.predictor()
    return replace(made, card=replace(made.card, name=task))


def _digits(folder: Path) -> Any:
    """Three figures in white on black, at places of their own."""
    numbers = np.random.default_rng(0)
    for name in "147":
        (folder / name).mkdir()
        for index in range(30):
            picture = Image.new("L", (28, 28))
            across, down = (int(each) for each in numbers.integers(2, 12, 2))
            ImageDraw.Draw(picture).text((across, down), name, fill=255, font_size=16)
            picture.save(folder / name / f"{index}.png")
    block = DataBlock(get_items=get_image_files, get_y=parent_label, splitter=RandomSplitter(seed=1), item_tfms=Resize(28))
    return vision_learner(block.dataloaders(folder, bs=8, device="cpu"), "small", progress=False, lr=3e-3)


def put_on(page: Any, look: Look) -> None:
    """Looks at the page in this way from now on."""
    colours = {"features": [{"name": "prefers-color-scheme", "value": look.colours}]}
    size = {"width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": look.phone}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", colours)
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def use(page: Any, task: str) -> None:
    """Asks the model something, as somebody would who tries the page."""
    if task == DRAWN:
        canvas = wait(lambda: [each for each in page.find_elements("id", "canvas") if each.is_displayed()], PATIENCE)[0]
        canvas.send_keys(" ", *["\ue015"] * 8)
    elif task.startswith("track"):
        ground = wait(lambda: [each for each in page.find_elements("id", "ground") if each.is_displayed()], PATIENCE)[0]
        page.execute_script(
            "const box = arguments[0].getBoundingClientRect();"
            "for (let n = 0; n < 60; n++) arguments[0].dispatchEvent(new PointerEvent('pointermove',"
            " {clientX: box.left + 20 + 3 * n, clientY: box.top + 80 + 40 * Math.sin(n / 5)}))",
            ground,
        )
    elif task in ("ratings", "likes"):
        wait(lambda: page.find_elements("css selector", "#popular button"), PATIENCE)
        page.execute_script("document.querySelector('#popular button').click()")
    elif not task.startswith("table"):
        wait(lambda: page.find_elements("css selector", ".example"), PATIENCE)
        page.execute_script("[...document.querySelectorAll('.example')].slice(0, 2).forEach((each) => each.click())")
    wait(lambda: text(page, "article h3"), PATIENCE)
    assert not text(page, "article .error")
    time.sleep(0.5)  # bars grow


def photograph(page: Any, file: Path) -> None:
    """Keeps a picture of the whole page, as far down as anybody scrolls."""
    width, height = page.execute_script("return [innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, 4000), "scale": 1}
    taken = page.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    file.write_bytes(base64.b64decode(taken["data"]))


def faults(page: Any, axe: str) -> list[str]:
    """What shuts people out of the page, by axe-core's rules."""
    page.execute_script(axe)
    found = page.execute_async_script(RUN, RULES)
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]
