"""Samples and what was set aside."""

from __future__ import annotations

import csv
from pathlib import Path

from fledge.data.samples import BadItem, Samples, write_bad_items


def test_taken_samples_remember_where_they_stood() -> None:
    rows = Samples.of([{"age": 1}, {"age": 2}, {"age": 3}], ["a", "b", "c"]).take([2, 0])
    assert [sample.target for sample in rows] == ["c", "a"]
    assert rows.name(0) == "item 2"


def test_samples_without_targets_have_none() -> None:
    samples = Samples.of(["a.jpg", "b.jpg"]).take([1])
    assert samples.targets is None
    assert samples[0].target is None


def test_the_list_of_bad_files_is_one_line_each_and_holds_no_formula(tmp_path: Path) -> None:
    names = ["=HYPERLINK(1).jpg", "two\nlines.jpg", 'quo"te,.jpg', "ünïcode 🐦.jpg", "undecod\udc80able.jpg"]
    write_bad_items(tmp_path / "bad.csv", [BadItem(name, name, "cut short") for name in names])
    assert len((tmp_path / "bad.csv").read_text(encoding="utf-8").splitlines()) == 6
    with (tmp_path / "bad.csv").open(encoding="utf-8", newline="") as file:
        read = [row[0] for row in csv.reader(file)][1:]
    assert read == ["'=HYPERLINK(1).jpg", "two\\nlines.jpg", 'quo"te,.jpg', "ünïcode 🐦.jpg", "undecod\\udc80able.jpg"]
