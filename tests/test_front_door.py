"""The front door: public names, found on first use."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import fledge

TREE = ast.parse(Path(fledge.__file__ or "").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", fledge.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(fledge, name).__doc__


def test_what_the_type_checker_sees_is_what_is_found() -> None:
    imported = {each.name for node in ast.walk(TREE) if isinstance(node, ast.ImportFrom) for each in node.names}
    assert imported - {"annotations", "TYPE_CHECKING", "Any", "Table"} == set(fledge.__all__)


def test_a_star_import_gives_these_names_and_no_others() -> None:
    names: dict[str, object] = {}
    exec("from fledge import *", names)
    assert set(names) - {"__builtins__"} == set(fledge.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trane'"):
        _ = fledge.trane


def test_names_are_listed_for_completion() -> None:
    assert {"DataBlock", "vision_learner", "load"} <= set(dir(fledge))
