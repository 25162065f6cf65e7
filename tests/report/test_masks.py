"""What a report says of masks."""

from __future__ import annotations

import re

import numpy as np

from fledge.data.samples import Samples
from fledge.report.kinds import own_sections
from fledge.report.page import page
from tests.report import small


def pictures(count: int = 6) -> Samples:
    numbers = np.random.default_rng(0)
    return Samples.of([numbers.integers(0, 255, (12, 16, 3), np.uint8) for _ in range(count)])


def test_each_class_stands_with_its_iou_and_the_worst_first() -> None:
    body = own_sections(small.some_facts(result=small.masks()))[0].body
    rows = re.findall(r"<tr><th scope=\"row\"><bdi>(.*?)</bdi></th>.*?</tr>", body)
    shares = [float(each) for each in re.findall(r"<td class=\"n\">\d+</td><td class=\"n\">([\d.]+) %</td>", body)]
    assert set(rows) == {"sky", "ball", "&lt;ground&gt;"}
    assert shares == sorted(shares)
    assert len(shares) == 3


def test_a_confusion_is_of_each_hundred_places() -> None:
    body = own_sections(small.some_facts(result=small.masks()))[1].body
    counts = [int(each) for each in re.findall(r">(\d+)</text>", body)]
    assert 297 <= sum(counts) <= 303  # three rows, rounded


def test_the_worst_pictures_lie_under_what_is_predicted_and_what_is_actual() -> None:
    sections = own_sections(small.some_facts(result=small.masks(pictures())))
    body = sections[2].body
    assert body.count('class="slide"') == body.count('class="over"') == 2 * 6
    assert body.count("data:image/png") == 2 * 6
    assert [section.anchor for section in sections] == ["classes", "confusion", "worst", "worst-of-class"]


def test_pictures_that_are_gone_are_said_to_be() -> None:
    body = own_sections(small.some_facts(result=small.masks(Samples.of(["gone.jpg"] * 6))))[2].body
    assert body.count("no picture") == 6


def test_the_page_holds_no_script_and_no_style_of_its_own() -> None:
    whole = page(small.some_facts(result=small.masks(pictures())))
    assert "<script" not in whole
    assert " style=" not in whole
