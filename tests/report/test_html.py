"""Markup in which everything is escaped that was not made here."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from fledge.report.html import Html, code, element, name, readable


@given(some.text(alphabet=some.characters(categories=None)))
def test_any_text_becomes_inert_and_can_be_written(text: str) -> None:
    made = element("p", text, title=text)
    made.encode("utf-8")
    assert made.count("<") == made.count(">") == 2
    assert made.count('"') == 2


def test_markup_of_ours_stays_markup_and_lists_are_opened() -> None:
    assert element("ul", [element("li", each) for each in ("a", "<b>")]) == "<ul><li>a</li><li>&lt;b&gt;</li></ul>"
    assert element("p", None, Html("<br>"), 3) == "<p><br>3</p>"


def test_a_name_can_not_turn_round_the_text_beside_it() -> None:
    assert name("a\u202eb") == "<bdi>a\\u202eb</bdi>"
    assert name("שלום") == "<bdi>שלום</bdi>"


def test_long_names_are_cut_in_the_middle() -> None:
    assert readable("a" * 50 + "z" * 50, 20) == "a" * 10 + " … " + "z" * 10


def test_a_line_of_code_is_whole_and_stays_one_line() -> None:
    assert code(["a" * 5000, "b\nc"]).count("\n") == 1
    assert "a" * 5000 in code(["a" * 5000])
