"""Rows of a table over HTTP: by the names of their columns, as JSON or as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fledge.core.errors import DataError, UsageError, shown
from fledge.core.strict_json import JsonObject, render
from fledge.data.table_reading import read_text_table
from fledge.data.table_reading_bytes import as_utf8, with_plain_ends
from fledge.serve.kinds import File, InputKind
from fledge.serve.media import JSON, json_object, media_of, refuse_media
from fledge.serve.problem import Refused, TooLarge
from fledge.serve.row_columns import described, value_schema
from fledge.transforms.row_again import row_again
from fledge.transforms.row_frame import Rows

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor
    from fledge.transforms.row import Row
    from fledge.transforms.row_reading import RowReading

ONE, MANY = "row", "rows"
CSV = "text/csv"

_HINT = f"send {JSON}, {{{ONE!r}: {{...}}}} or {{{MANY!r}: [{{...}}, ...]}}, or {CSV}".replace("'", '"')
_IN_A_PLACE = 8


def read_rows(transform: Row | RowReading, body: bytes | bytearray, content_type: str, most: int) -> list[Any]:
    """Each row as a mapping of column names to values; the transform checks those it knows.

    >>> read_rows(None, b'{"row": {"age": 39}}', "application/json", 1)
    [{'age': 39}]
    >>> read_rows(None, b"age;name\\n39;Ann\\n", "text/csv", 1)
    [{'age': 39, 'name': 'Ann'}]
    """
    media = media_of(content_type)
    if media == JSON:
        rows: Sequence[Any] = _from_json(body)
    elif media == CSV:
        rows = _from_csv(body)
    else:
        refuse_media(media, hint=_HINT)
    if len(rows) > most:
        raise TooLarge(f"{len(rows)} rows in one request; at most {most} are taken", hint="send several requests")
    return list(rows)


def _from_json(body: bytes | bytearray) -> list[Any]:
    given = json_object(body, (ONE, MANY))
    if len(given) != 1:
        raise Refused(f"there is either one {ONE!r} in a request, or {MANY!r}", hint=_HINT)
    rows = given[MANY] if MANY in given else [given[ONE]]
    if not isinstance(rows, list) or not rows:
        raise Refused(f"{MANY!r} is a list of rows, not {shown(rows)}", hint=_HINT)
    return rows


def _from_csv(body: bytes | bytearray) -> Rows:
    """The rows of a file as training reads it."""
    try:
        plain, _ = as_utf8(bytes(body), "the body")
        return Rows(read_text_table(with_plain_ends(plain), "the body").frame)
    except UsageError as error:  # what can be said of a file on a command line can't be said here
        raise DataError(error.message) from None


def _bodies(transform: Row | RowReading, most: int) -> JsonObject:
    row: JsonObject = {
        "type": "object",
        "properties": {each["name"]: value_schema(each) for each in described(transform)},
        "required": list(transform.sources),
    }
    rows = {"type": "array", "items": row, "minItems": 1, "maxItems": most}
    return {
        JSON: {"schema": {"oneOf": [_only(ONE, row), _only(MANY, rows)]}},
        CSV: {"schema": {"type": "string", "description": "a line of names of columns, and below it a line for each row"}},
    }


def _only(name: str, value: JsonObject) -> JsonObject:
    return {"type": "object", "properties": {name: value}, "required": [name], "additionalProperties": False}


def _example(transform: Row, encoded: Any) -> File:
    row: Mapping[str, Any] = row_again(transform, encoded)
    return render({ONE: row}), JSON


def _about(predictor: AnyPredictor) -> JsonObject:
    row: Any = predictor.input
    return {"columns": described(row)}


ROWS = InputKind("row", read_rows, _bodies, _example, _about, in_a_place=_IN_A_PLACE)
