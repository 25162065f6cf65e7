"""Answers as text, JSON and HTML."""

from __future__ import annotations

import json

import pytest

from fledge.tasks.answer import Answer, Label, Labels, Numbers, Points, percent

ANSWERS: list[tuple[Answer, str, object]] = [
    (Label("bird", 0.75, {"bird": 0.75, "forest": 0.25}), "bird (75.0 %)", "bird"),
    (Labels(("sea",), {"sea": 0.8, "sky": 0.1}, {"sea": 0.5, "sky": 0.5}), "sea (80.0 %)", ["sea"]),
    (Labels((), {"sea": 0.2}, {"sea": 0.5}), "none", []),
    (Numbers((3.5,), ("age",)), "3.5", 3.5),
    (Numbers((3.5, -1.0), ("age", "height")), "age 3.5, height -1", {"age": 3.5, "height": -1.0}),
    (Points(((0.5, 0.25),)), "(0.500, 0.250)", [[0.5, 0.25]]),
]


@pytest.mark.parametrize(("answer", "text", "plain"), ANSWERS)
def test_an_answer_is_text_and_json(answer: Answer, text: str, plain: object) -> None:
    assert str(answer) == text
    assert answer.as_dict()["answer"] == plain
    assert json.loads(answer.to_json()) == answer.as_dict()
    assert text.split()[0] in answer._repr_html_()


def test_warnings_stand_in_the_json_and_in_the_notebook() -> None:
    answer = Label("bird", 1.0, {"bird": 1.0}, warnings=("colour: 'mauve' was never seen",))
    assert answer.as_dict()["warnings"] == ["colour: 'mauve' was never seen"]
    assert "mauve" in answer._repr_html_()
    assert "warnings" not in Label("bird", 1.0, {"bird": 1.0}).as_dict()


def test_a_name_is_never_html_of_its_own() -> None:
    name = "<img src=x onerror=alert(1)>"
    html = Label(name, 1.0, {name: 1.0}, warnings=(name,))._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html


def test_bars_stand_for_the_most_probable_first_and_are_few() -> None:
    html = Label("c0", 0.5, {f"c{i}": 0.5 / (i + 1) for i in range(1000)})._repr_html_()
    assert html.index("<td>c0</td>") < html.index("<td>c1</td>")
    assert html.count("<tr>") == 10


def test_several_numbers_are_not_one() -> None:
    assert float(Numbers((2.0,), ("a",))) == 2.0
    with pytest.raises(TypeError, match="2 numbers are not one"):
        float(Numbers((1.0, 2.0), ("a", "b")))


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100.0 %"), (0.9996, "> 99.9 %"), (0.9994, "99.9 %"), (0.0004, "< 0.1 %"), (0.0, "0.0 %")]
)
def test_a_probability_never_rounds_to_certainty(share: float, text: str) -> None:
    assert percent(share) == text
