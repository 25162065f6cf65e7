"""Tables of any make as one plain kind of frame, and its rows as a sequence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, final, overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, UnknownName, listed, shown
from fledge.transforms.column_dates import moment
from fledge.transforms.column_numbers import BLANKS
from fledge.transforms.column_values import Values
from fledge.transforms.columnar import ManyRows


@final
class Rows(ManyRows):
    """The rows of a frame, each a mapping of column names to values; no row exists before it is asked for.

    >>> rows = Rows(pl.DataFrame({"age": [3, 4]}))
    >>> rows[1], len(rows.take([0])), rows[:1].frame.height
    ({'age': 4}, 1, 1)
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> Rows: ...
    def __getitem__(self, place: int | slice) -> Mapping[str, Any] | Rows:
        if isinstance(place, slice):
            return Rows(self.frame[place])
        if not -len(self) <= place < len(self):
            raise IndexError(f"there is no row {place} of {len(self)}")
        return self.frame.row(int(place), named=True)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return self.frame.iter_rows(named=True)

    def column(self, name: str) -> Values:
        """What stands in one column."""
        if name not in self.frame.columns:
            raise UnknownName("column", name, self.frame.columns)
        return Values(self.frame[name])

    def take(self, places: Sequence[int] | NDArray[np.int64]) -> Rows:
        """The rows at these places, in this order."""
        return Rows(self.frame[np.asarray(places, np.int64)])


def is_frame(source: Any) -> bool:
    """Whether this is a table in memory: of polars, pandas, Arrow, or our own rows."""
    return isinstance(source, pl.DataFrame | pl.LazyFrame | Rows) or is_pandas(source) or hasattr(source, "__arrow_c_stream__")


def is_pandas(source: Any) -> bool:
    """Whether this is a pandas frame, told without importing pandas."""
    return hasattr(source, "iloc") and hasattr(source, "columns")


def as_frame(source: Any) -> pl.DataFrame:
    """A table of any make (polars, pandas, Arrow, a list of rows, a mapping of columns) as a plain frame.

    Plain are whole numbers, numbers, text, true and false, and moments; NaN and infinite numbers are missing.

    >>> as_frame([{"age": 3, "name": " Rex "}, {"age": None, "name": ""}]).rows()
    [(3, 'Rex'), (None, None)]
    """
    return pl.DataFrame({column.name: _plain(column) for column in _columns_of(source)})


def column_of(name: str, values: Sequence[Any]) -> pl.Series:
    """Values as people have them as one column; mixed kinds become text, each by its own."""
    kinds = {type(value) for value in values if value is not None}
    if any(kind.__name__ in ("NAType", "NaTType") for kind in kinds):  # pandas' own marks
        return column_of(name, [None if type(value).__name__ in ("NAType", "NaTType") else value for value in values])
    if kinds <= {int, float}:
        whole = kinds == {int} and max(abs(value) for value in values if value is not None) < 1 << 63
        return pl.Series(name, values, pl.Int64 if whole else pl.Float64, strict=False)
    for kind in (str, bool):
        if kinds == {kind}:
            return pl.Series(name, values, pl.String if kind is str else pl.Boolean)
    if kinds and all(issubclass(kind, datetime | date) for kind in kinds):
        return pl.Series(name, [value and moment(value, "") for value in values], pl.Datetime("us"))
    if kinds and all(issubclass(kind, int | float | np.integer | np.floating) for kind in kinds):
        return pl.Series(name, [None if value is None else float(value) for value in values], pl.Float64)
    return pl.Series(name, [value if value is None else _text(name, value) for value in values], pl.String)


def value_text(value: object) -> str:
    """How a value of a category is written, whatever kind of value it is: 3, 3.0 and "3" are one.

    >>> value_text(3.0), value_text(" a "), value_text(True)
    ('3', 'a', 'True')
    """
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1 << 63 else repr(number)
    return str(value).strip(BLANKS)


def _text(name: str, value: Any) -> str | None:
    if isinstance(value, float | np.floating) and value != value:
        return None
    if isinstance(value, date):
        return moment(value, "").isoformat(" ")
    if not isinstance(value, str | int | float | np.number | np.bool_):
        raise DataError(
            f"the column {shown(name)} holds {shown(value)}, a {type(value).__name__}",
            hint="a row holds numbers, text, true and false, and dates",
        )
    return value_text(value)


def _columns_of(source: Any) -> list[pl.Series]:
    if isinstance(source, Rows):
        return source.frame.get_columns()
    if isinstance(source, pl.LazyFrame):
        return source.collect().get_columns()
    if isinstance(source, pl.DataFrame):
        return source.get_columns()
    if is_pandas(source):
        return _of_pandas(source)
    if isinstance(source, Mapping):
        return [column_of(str(name), list(values)) for name, values in source.items()]
    if hasattr(source, "__arrow_c_stream__"):
        try:
            return pl.DataFrame(source).get_columns()
        except pl.exceptions.PolarsError as error:
            raise DataError(f"the Arrow table can't be read: {str(error).splitlines()[0]}") from error
    names = dict.fromkeys(name for row in source for name in row)
    return [column_of(str(name), [row.get(name) for row in source]) for name in names]


def _of_pandas(frame: Any) -> list[pl.Series]:
    names = [str(name) for name in frame.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"the frame has several columns called {listed([shown(name) for name in twice])}", hint="rename one")
    return [_pandas_column(name, frame.iloc[:, place]) for place, name in enumerate(names)]


def _pandas_column(name: str, column: Any) -> pl.Series:
    kind = getattr(column.dtype, "kind", "O")
    if isinstance(column.dtype, np.dtype) and kind in "iufb":
        return pl.Series(name, column.to_numpy())
    if kind == "M":
        moments = column.dt.tz_convert(None) if getattr(column.dt, "tz", None) is not None else column
        return pl.Series(name, moments.to_numpy().astype("datetime64[us]"))
    missing = column.isna().to_numpy()
    return column_of(name, [None if gone else value for value, gone in zip(column.tolist(), missing, strict=True)])


def _plain(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if kind == pl.String:
        stripped = column.str.strip_chars(BLANKS)
        return stripped.set((stripped == "").fill_null(False), None)
    if kind.is_integer():
        largest = None if column.null_count() == len(column) else max(abs(int(column.max())), abs(int(column.min())))  # type: ignore[arg-type]
        return column.cast(pl.Int64 if largest is None or largest < 1 << 63 else pl.Float64)
    if kind.is_float() or isinstance(kind, pl.Decimal):
        numbers = column.cast(pl.Float64)
        return numbers.set((~numbers.is_finite()).fill_null(False), None)
    if isinstance(kind, pl.Datetime):
        return (column if kind.time_zone is None else column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)).cast(
            pl.Datetime("us")
        )
    if kind == pl.Date:
        return column.cast(pl.Datetime("us"))
    if kind == pl.Boolean:
        return column
    if kind == pl.Null:
        return column.cast(pl.String)
    if isinstance(kind, pl.Categorical | pl.Enum):
        return _plain(column.cast(pl.String))
    raise DataError(
        f"the column {shown(column.name)} holds values of type {kind}, and nothing is learned from such",
        hint="leave it out, or turn it into numbers or text first",
    )
