"""A CSV file of names and labels, as a frame."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from fledge.core.errors import DataError, shown


def read_label_table(path: Path, delimiter: str = ",") -> pl.DataFrame:
    """The table, its first line naming the columns. Columns of numbers are numbers, unless a leading zero says that they
    are names (`007`)."""
    if not path.is_file():
        near = ", ".join(sorted(each.name for each in path.parent.glob("*.csv"))[:5]) or "none"
        raise DataError(
            f"there is no table {shown(str(path), limit=300)}", hint=f"name one with csv_fname; CSV files there: {near}"
        )
    try:
        table = pl.read_csv(path, separator=delimiter, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path} can't be read as a table: {str(error).splitlines()[0]}") from error
    return table.with_columns(_as_numbers(column) for column in table)


def _as_numbers(column: pl.Series) -> pl.Series:
    """Text of whole numbers, or of numbers, as such; any other text as it is."""
    if column.is_null().all() or column.str.contains(r"^\s*[+-]?0\d").any():
        return column
    for kind in (pl.Int64, pl.Float64):
        numbers = column.cast(kind, strict=False)
        if numbers.null_count() == column.null_count() and (kind == pl.Int64 or numbers.is_finite().all()):
            return numbers
    return column
