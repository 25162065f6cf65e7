"""What JSON we read, and what we refuse."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import ModelFileError
from fledge.core.strict_json import JsonObject, parse, render

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(TEXT, PLAIN, max_size=5))
def test_what_is_written_is_read_back(value: JsonObject) -> None:
    assert parse(render(value), "file") == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "truncated"),
        (b"[1]", "should be an object"),
        (b'{"a": NaN}', "malformed"),
        (b'{"a": -Infinity}', "malformed"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": ' + b"7" * 5000 + b"}", "out of range"),
        (b'{"a": "\\ud800"}', "not JSON|truncated|surrogate|invalid"),
        (b'{"a": "\xff"}', "utf-8"),
        (b'{"a": "\xed\xa0\x80"}', "utf-8"),
        (b"\xef\xbb\xbf{}", "malformed"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "the key 'c' stands twice"),
        (b'{"a": 1, "\\u0061": 2}', "the key 'a' stands twice"),
        (b'{"a": ' + b"[" * 100_000, "nested more than 64 deep"),
        (b'{"a": ' * 65 + b"1" + b"}" * 65, "nested more than 64 deep"),
        (b'{"a": 1} x', "malformed|trailing"),
        (b'{"a": "' + b"x" * 100 + b'"}', "at most 90 are read"),
    ],
)
def test_what_is_not_plain_json_is_refused_with_the_reason(text: bytes, reason: str) -> None:
    with pytest.raises(ModelFileError, match=f"(?s)^bird: refused JSON: .*({reason})"):
        parse(text, "bird", limit=90 if b"x" * 100 in text else 8 << 20)


def test_brackets_inside_of_texts_do_not_count_as_depth() -> None:
    assert parse(b'{"a": "' + b"[" * 1000 + b'\\"["}', "bird")["a"].endswith('"[')


@pytest.mark.promise("A2")
@pytest.mark.parametrize(
    "text",
    [
        b'"' * 999_999,
        b'\\"' * 500_000,
        b'{"a":' + b"[],[" * 200_000,
        b'"' * (2 << 20),
        b"[" * (8 << 20),
        b'{"a":[' + b"1," * (4 << 20) + b"1]}",
        b"{" + b",".join(b'"%d":1' % number for number in [*range(400_000), 0]) + b"}",
    ],
    ids=["open text", "escapes", "brackets", "quotes", "depth", "numbers", "twins"],
)
def test_hostile_texts_are_refused_quickly(text: bytes) -> None:
    began = time.process_time()
    with pytest.raises(ModelFileError):
        parse(text, "bird")
    assert time.process_time() - began < 2  # the promise; a quadratic search would take hours


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_has_not_are_never_written(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        render({"a": value})
