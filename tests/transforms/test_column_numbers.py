"""Numbers out of text."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fledge.transforms.column_numbers import BLANKS, read_number, read_numbers

_texts = st.from_regex(r"[ +-]?[0-9.,eE+-]{0,8} ?", fullmatch=True) | st.sampled_from(["NaN", "inf", "?", "-", "x", "١"])


@given(_texts)
def test_a_text_alone_and_in_a_column_is_the_same_number(text: str) -> None:
    column = read_numbers(pl.Series([text.strip(BLANKS)]))
    try:
        alone = read_number(text)
    except ValueError:
        assert column.wrong[0]
    else:
        assert (column.values[0], column.wrong[0]) == (alone, False)


@pytest.mark.parametrize("text", ["1_000", "0x10", "1,5", "٣", "1 2", "--5", "5e", "e5", "1.2.3"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        read_number(text)


def test_infinite_numbers_are_missing_and_marked() -> None:
    found = read_numbers(pl.Series(["1e400", "-inf", "2"]))
    assert found.values.to_list() == [None, None, 2.0]
    assert found.infinite.to_list() == [True, True, False]


def test_thousands_are_read_only_where_asked_for() -> None:
    assert read_numbers(pl.Series(["1,234.5"])).wrong.to_list() == [True]
    assert read_numbers(pl.Series(["1,234.5"]), grouped=True).values.to_list() == [1234.5]
    assert read_numbers(pl.Series(["1.234,5"]), ",", grouped=True).values.to_list() == [1234.5]
