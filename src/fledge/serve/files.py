"""Files out of a request's body: a form, JSON, or the body itself."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from fledge.core.errors import shown
from fledge.core.strict_json import JsonObject
from fledge.serve.kinds import File, InputKind
from fledge.serve.media import JSON, check_fields, json_object, media_of, refuse_media
from fledge.serve.problem import Refused, TooLarge

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

FIELD = "file"


def file_input(
    kind: str,
    media: str,
    example: Callable[[Any, Any], File | None],
    *,
    seen: Callable[[Any, Any], File | None],
    about: Callable[[AnyPredictor], JsonObject] = lambda predictor: {},
) -> InputKind:
    """Inputs that come as the content of files; `media` is the type that the page offers to choose from."""
    return InputKind(
        kind,
        read=lambda transform, body, content_type, most: read_files(body, content_type, prefix=media.rstrip("*"), most=most),
        bodies=lambda transform, most: _bodies(media, most),
        example=example,
        about=lambda predictor: {"media": media, "field": FIELD, **about(predictor)},
        seen=seen,
    )


def read_files(body: bytes | bytearray, content_type: str, *, prefix: str, most: int) -> list[bytes]:
    """The content of each file; no name, path or address among what was sent means anything.

    A body that is a file itself has a type with this `prefix`.

    >>> read_files(b'{"file": "aGVsbG8="}', "application/json", prefix="image/", most=1)
    [b'hello']
    """
    media = media_of(content_type)
    if media == "multipart/form-data":
        files = _from_form(body, content_type, most)
    elif media == JSON:
        files = _from_json(body)
    elif media == "application/octet-stream" or media.startswith(prefix):
        files = [bytes(body)]
    else:
        refuse_media(media, hint=f"send a form (multipart/form-data) with the field {FIELD!r}")
    if not files:
        raise Refused("there is no file in the request", hint=f"send it in the field {FIELD!r}")
    if len(files) > most:
        raise TooLarge(f"{len(files)} files in one request; at most {most} are taken", hint="send several requests")
    return files


def _from_json(body: bytes | bytearray) -> list[bytes]:
    """`{"file": "base64"}`, or a list of such texts."""
    texts = json_object(body, [FIELD]).get(FIELD, [])
    return [_from_base64(each) for each in (texts if isinstance(texts, list) else [texts])]


def _from_base64(text: Any) -> bytes:
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, UnicodeEncodeError, binascii.Error):
        raise Refused(f"the field {FIELD!r} holds a file's content in base64, not {shown(text)}") from None


@final
@dataclass
class _Form:
    """A form as it is read, part by part."""

    most: int
    files: list[bytes] = field(default_factory=list)
    whole: bool = False
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _name: bytes = b""
    _value: bytes = b""
    _data: bytearray = field(default_factory=bytearray)

    def on_part_begin(self) -> None:
        if len(self.files) == self.most:
            raise TooLarge(f"at most {self.most} files are taken in one request", hint="send several requests")
        self._headers, self._data = {}, bytearray()

    def on_header_begin(self) -> None:
        self._name = self._value = b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value

    def on_headers_finished(self) -> None:
        from python_multipart.multipart import parse_options_header

        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise Refused("a part of the form has no name")
        check_fields([options[b"name"].decode("utf-8", "replace")], [FIELD])

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def on_part_end(self) -> None:
        self.files.append(bytes(self._data))

    def on_end(self) -> None:
        self.whole = True


def _from_form(body: bytes | bytearray, content_type: str, most: int) -> list[bytes]:
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise Refused("the form does not say what stands between its parts", hint="let your HTTP library make the form")
    form = _Form(most)
    calls: Any = {name: getattr(form, name) for name in dir(form) if name.startswith("on_")}
    try:
        MultipartParser(boundary, calls).write(bytes(body))
    except FormParserError as error:
        raise Refused(f"the form is broken: {error}") from None
    if not form.whole:
        raise Refused("the form is cut short")
    return form.files


def _bodies(media: str, most: int) -> JsonObject:
    file: JsonObject = {"type": "string", "format": "binary"}
    text: JsonObject = {"type": "string", "contentEncoding": "base64"}
    return {
        "multipart/form-data": {
            "schema": _fields({"type": "array", "items": file, "minItems": 1, "maxItems": most}),
            "encoding": {FIELD: {"contentType": media}},
        },
        JSON: {"schema": _fields({"oneOf": [text, {"type": "array", "items": text, "minItems": 1, "maxItems": most}]})},
        media: {"schema": file},
    }


def _fields(file: JsonObject) -> JsonObject:
    return {"type": "object", "properties": {FIELD: file}, "required": [FIELD], "additionalProperties": False}
