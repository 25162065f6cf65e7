"""A table kept apart for a last test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fledge.core.errors import DataError, UsageError
from fledge.data.label_checks import Finding
from fledge.data.table_reading import read_table
from fledge.jobs.check_rows import shared_rows, with_test_rows
from fledge.jobs.checked import Checked, counted
from fledge.jobs.looking import refuse_strange
from fledge.jobs.parts import Parts
from fledge.jobs.settings import Settings
from fledge.transforms.column_values import Values


def with_test_table(found: Checked, settings: Settings) -> Checked:
    """The rows found, and those of the test table in the test part."""
    assert found.rows is not None, "this is about tables"
    assert settings.test is not None, "a test table was named"
    if "test" in found.parts:
        raise UsageError(f"{settings.source} has a test part of its own", hint="leave --test out")
    table = read_table(settings.test, as_text=settings.category).frame
    rows = with_test_rows(found.rows, table, settings.test)
    labels = rows.target.labels(table)
    known = np.flatnonzero(~labels.missing)
    if not len(known):
        raise DataError(f"no row of {settings.test} says what is to be told of it", hint="predict on it with fledge predict")
    assert isinstance(found.parts, Parts), "those of rows stand in a column"
    assert isinstance(found.labels, Values), "those of rows stand in columns"
    if found.classes:
        refuse_strange(found, labels.take(known).distinct(), settings.test)
    learned = found.parts.places("train")
    findings = list(found.findings)
    if shared := shared_rows(found.rows, learned, table):
        message = (
            f"{counted(shared, 'row')} of {settings.test} {'is' if shared == 1 else 'are'} learned from too, value for value"
        )
        findings.append(Finding("row_leak", "warning", f"{message}, so the test will look too good"))
    return replace(
        found,
        rows=rows,
        labels=found.labels + labels,
        parts=found.parts + Parts.of(table.height, {"test": known}),
        findings=tuple(findings),
        split=f"{found.split}; the test part is {settings.test}",
    )
