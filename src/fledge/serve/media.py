"""The kinds of body that are read: what one says of itself, and JSON out of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from fledge.core.errors import ModelFileError, UnknownName, shown
from fledge.core.strict_json import JsonObject, parse
from fledge.serve.problem import Refused, UnknownMedia

JSON = "application/json"


def media_of(content_type: str) -> str:
    """A media type without what is said beside it.

    >>> media_of("Text/CSV; charset=utf-8")
    'text/csv'
    """
    return content_type.partition(";")[0].strip().lower()


def refuse_media(media: str, hint: str) -> NoReturn:
    """Says that bodies of this type are not read, and which are."""
    raise UnknownMedia(f"bodies of the type {shown(media)} are not read", hint=hint)


def json_object(body: bytes | bytearray, fields: Iterable[str]) -> JsonObject:
    """The JSON object that a body is, with no other fields than these.

    >>> json_object(b'{"file": "aGVsbG8="}', ["file"])
    {'file': 'aGVsbG8='}
    """
    try:
        given = parse(bytes(body), "the body", limit=len(body))
    except ModelFileError as error:  # that is what else JSON is read for
        raise Refused(error.message) from None
    check_fields(given, fields)
    return given


def check_fields(names: Iterable[str], known: Iterable[str]) -> None:
    """Refuses a field of any other name."""
    known = list(known)
    for name in names:
        if name not in known:
            raise UnknownName("field", name, known)
