"""What is noticed about labels and files."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fledge.data.label_checks import Finding, check_labels, content_duplicates
from fledge.data.sources import get_image_files
from fledge.data.split import Split


def found(kind: str, findings: list[Finding]) -> Finding:
    return next(finding for finding in findings if finding.kind == kind)


def kinds(findings: list[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


@pytest.mark.parametrize("labels", [["cat", "dog"] * 5, [0, 1] * 5, [True, False] * 5, [["a"], ["a", "b"], []] * 3])
def test_good_labels_raise_no_findings(labels: list[Any]) -> None:
    assert check_labels(labels) == []


def test_items_without_a_label_are_listed() -> None:
    finding = found("no_label", check_labels(["cat", None, "dog", "  ", float("nan"), "cat", "dog", ""]))
    assert (finding.severity, finding.items) == ("warning", (1, 3, 4, 7))


def test_no_label_at_all_is_an_error() -> None:
    assert [(each.kind, each.severity) for each in check_labels([None, "", " "])] == [("no_label", "error")]


@pytest.mark.parametrize("labels", [["cat"] * 5, [3] * 5, [1.5] * 5, [["a"]] * 5, [[]] * 5, [None, *["cat"] * 5]])
def test_one_class_only_is_an_error(labels: list[Any]) -> None:
    assert found("one_class", check_labels(labels)).severity == "error"


def test_one_label_that_is_there_or_not_can_be_told_apart() -> None:
    assert "one_class" not in kinds(check_labels([["boat"], [], ["boat"], []]))


def test_classes_of_a_single_item_are_named() -> None:
    finding = found("single_item", check_labels(["cat", "dog", "owl", "cat"]))
    assert finding.items == (1, 2)
    assert "2 classes" in finding.message
    assert "'dog', 'owl'" in finding.message


@pytest.mark.parametrize("twin", ["cat", "Cat ", " CAT"])
def test_twins_are_named_with_their_counts(twin: str) -> None:
    finding = found("twins", check_labels(["Cat"] * 3 + [twin] * 2 + ["dog"] * 3))
    assert "'Cat' (3)" in finding.message
    assert f"{twin!r} (2)" in finding.message
    assert finding.items == (3, 4)


def test_twins_that_look_the_same_are_told_letter_by_letter() -> None:
    name = "caf\u00e9"
    message = found("twins", check_labels([name] * 3 + [unicodedata.normalize("NFD", name)] * 2 + ["bar"] * 4)).message
    assert r"'caf\xe9' (3) and 'cafe\u0301' (2)" in message


def test_a_class_that_is_nearly_all_is_said() -> None:
    assert "95.0 %" in found("mostly_one", check_labels(["cat"] * 95 + ["dog"] * 5)).message
    assert "mostly_one" not in kinds(check_labels(["cat"] * 85 + ["dog"] * 15))


def test_measured_numbers_are_not_taken_for_classes() -> None:
    assert check_labels([0.5, 1.25, 3.0, 4.5]) == []


def write(folder: Path, **contents: bytes) -> list[Path]:
    paths = [folder / name for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_bytes(content)
    return paths


def split(train: list[int], valid: list[int]) -> Split:
    return Split(np.array(train), np.array(valid))


@pytest.mark.promise("C8")
def test_a_file_on_both_sides_is_a_leak(tmp_path: Path) -> None:
    paths = write(tmp_path, a=b"one", b=b"two", c=b"one", d=b"six")
    (finding,) = content_duplicates(paths, split([0, 1], [2, 3]))
    assert (finding.kind, finding.items) == ("leak", (2,))
    assert "'" + str(paths[0]) + "' = '" + str(paths[2]) + "'" in finding.message


@pytest.mark.promise("C8")
def test_the_same_file_with_different_labels_is_a_conflict(tmp_path: Path) -> None:
    paths = write(tmp_path, a=b"one", b=b"one", c=b"one", d=b"six")
    (finding,) = content_duplicates(paths, labels=["cat", "cat", "dog", "dog"])
    assert (finding.kind, finding.items) == ("conflict", (0, 1, 2))
    assert "'cat'" in finding.message
    assert "'dog'" in finding.message


def test_the_same_file_twice_in_one_part_is_no_finding(tmp_path: Path) -> None:
    paths = write(tmp_path, a=b"one", b=b"one", c=b"two")
    assert content_duplicates(paths, split([0, 1], [2]), ["cat", "cat", "dog"]) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes with names")
def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    paths = write(tmp_path, a=b"one", b=b"one")
    os.mkfifo(tmp_path / "pipe")
    assert len(content_duplicates([tmp_path / "pipe", tmp_path / "gone", *paths], split([0, 1, 2], [3]))) == 1


def test_looking_at_data_loads_no_torch() -> None:
    code = "import sys, fledge.data.label_checks, fledge.data.sources, fledge.data.cache; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})


def test_real_photos_do_not_leak(real_data: Callable[[str], Path]) -> None:
    paths = get_image_files(real_data("birds-butterflies"))
    place = np.arange(len(paths))
    labels = [path.parent.name for path in paths]
    assert content_duplicates(paths, split(place[::2].tolist(), place[1::2].tolist()), labels) == []
