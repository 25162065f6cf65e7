"""The parts of the page by what they say."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

import pytest
import torch

from fledge.data.label_checks import Finding
from fledge.report.cells import draw_cells
from fledge.report.data_health import data_health
from fledge.report.facts import DataFacts
from fledge.report.kinds import KINDS, own_sections
from fledge.report.marks import whisker
from fledge.report.overview import leaderboard
from fledge.report.training import training
from fledge.report.usage import usage
from fledge.scoring.figure import Figure
from fledge.transforms.table import TRANSFORMS
from tests.report import small


def words(markup: str) -> str:
    return re.sub(r"<[^>]*>", " ", markup)


def test_kinds_are_named_as_their_transforms_are() -> None:
    assert set(KINDS) <= set(TRANSFORMS)
    assert all(callable(KINDS[kind]) for kind in KINDS)


def test_the_leaderboard_has_times_sizes_intervals_and_differences() -> None:
    said = words(leaderboard(small.some_facts()).body)
    for part in ("90.0 %", "76.9 to 96.0 %", "4.1 s", "45.0 MB", "12.0 ms", "+40.0 points", "beyond noise"):
        assert part in said


def test_a_kind_without_sections_of_its_own_shows_the_worst_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fledge.report.kinds.KINDS", {})
    assert [each.title for each in own_sections(small.some_facts())] == ["The worst items"]


def test_classes_without_a_mistake_say_so() -> None:
    result = small.classes()
    right = replace(result.predictions, targets=result.predictions.probabilities.argmax(1))
    said = words("".join(each.body for each in own_sections(small.some_facts(result=replace(result, predictions=right)))))
    assert "all 40 held-back photos are right" in said
    assert "No item was taken for another class" in said


def test_a_confusion_of_many_classes_shows_those_confused_most() -> None:
    result = small.classes(tuple(f"class {place:02}" for place in range(60)), count=600)
    confusion = own_sections(small.some_facts(result=result))[0].body
    assert "The 25 of 60 classes that are confused most" in confusion
    assert confusion.count('class="right') <= 25


def test_a_cell_is_as_strong_as_its_share_of_the_row() -> None:
    drawn = draw_cells("t", "d", [[95, 5], [60, 40]], ["a", "b"])
    assert re.findall(r'<rect class="(\w+)"', drawn) == ["right4", "wrong1", "wrong3", "right2"]


def test_tags_are_said_from_their_thresholds_on() -> None:
    facts = small.some_facts(result=small.tags(), thresholds=(0.75, 0.1))
    tags, worst, _ = own_sections(facts)
    assert "75.0 %" in tags.body
    assert set(re.findall(r"<td><bdi>(.*?)</bdi></td><td>", worst.body)) == {"sky"}


def test_numbers_say_how_close_they_come_in_their_own_unit() -> None:
    said = words(own_sections(small.some_facts(result=small.numbers()))[0].body)
    assert "Half of the predictions are within 900 of the truth; on average they are 900" in said.replace("  ", " ")
    assert "too high" in said


def test_predictions_that_are_no_numbers_are_counted() -> None:
    result = small.numbers()
    broken = result.predictions.probabilities.clone()
    broken[:3] = torch.nan
    said = words(
        own_sections(small.some_facts(result=replace(result, predictions=replace(result.predictions, probabilities=broken))))[
            0
        ].body
    )
    assert "For 3 items no number was predicted" in said


def test_points_are_measured_in_shares_of_the_picture() -> None:
    said = words(own_sections(small.some_facts(result=small.points()))[0].body)
    assert "7.1 %" in said  # 0.05 to the right and 0.05 down
    assert "-5.0 %" in said


def test_the_learning_rate_is_drawn_for_what_was_carried_out() -> None:
    for epochs in (4, 2):  # of four that were planned
        section = training(small.some_facts(history=small.some_facts().history[:epochs]))
        assert section is not None
        _, rates = section.body.split("Learning rate by epoch")
        done = [float(each) for each in re.findall(r'<th scope="row">([\d.]+)</th>', rates)]
        assert epochs - 0.5 < max(done) <= epochs


def test_data_says_what_was_looked_for_and_not_found() -> None:
    said = words(data_health(small.some_facts()).body)
    assert "No item lies on both sides of the split" in said
    assert "All photos could be read" in said
    assert re.search(r"2 classes\. The largest,\s+bird\s*, stands at 56\.2 %", said)


def test_the_lines_to_copy_are_python_and_name_this_model() -> None:
    python = re.findall(r"<code>(.*?)</code>", usage(small.some_facts()).body, re.DOTALL)[0]
    text = python.replace("&#x27;", "'").replace("&quot;", '"')
    ast.parse(text)
    assert "bird_or_not = fledge.load('runs/birds/model.safetensors')" in text


def test_a_figure_that_is_no_number_has_no_mark() -> None:
    assert whisker(Figure(float("nan"), 3), 0, 1) is None


def test_duplicates_that_were_found_are_not_denied() -> None:
    data = DataFacts("birds", {"train": 3}, findings=[Finding("near_leak", "warning", "2 photos are alike")], compared=True)
    said = words(data_health(small.some_facts(data=data)).body)
    assert "2 photos are alike" in said
    assert "No item lies" not in said
