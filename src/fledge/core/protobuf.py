"""Fields of protobuf messages, read where they lie; whatever reaches out of its message is refused."""

from __future__ import annotations

from collections.abc import Iterator

from fledge.core.errors import ModelFileError

AGAIN = "fetch or export it again"

_LONGEST_WORD = 8 << 20

Field = tuple[int, int, int, int]
"""A field: its number, its value if that is a number, and else from where to where its bytes lie."""


def fields(data: bytes, start: int, stop: int, where: str) -> Iterator[Field]:
    """The fields of a protobuf message, none of which may reach out of it."""
    at = start
    while at < stop:
        tag, at = whole_number(data, at, stop, where)
        number, kind = tag >> 3, tag & 7
        value, begin = 0, at
        match kind:
            case 0:
                value, at = whole_number(data, at, stop, where)
            case 1 | 5:
                at += 8 if kind == 1 else 4
            case 2:
                length, begin = whole_number(data, at, stop, where)
                at = begin + length
            case _:
                raise _broken(where)
        if not number or at > stop:
            raise _broken(where)
        yield number, value, begin, at


def whole_number(data: bytes, at: int, stop: int, where: str) -> tuple[int, int]:
    """A number of seven bits a byte, and where what follows it begins."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= stop:
            raise _broken(where)
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise _broken(where)


def text(data: bytes, start: int, stop: int, where: str) -> str:
    """UTF-8 that lies there."""
    if stop - start > _LONGEST_WORD:
        raise ModelFileError(f"{where}: a text of {stop - start} bytes; at most {_LONGEST_WORD} are read")
    try:
        return data[start:stop].decode()
    except UnicodeDecodeError:
        raise _broken(where) from None


def _broken(where: str) -> ModelFileError:
    return ModelFileError(f"{where}: it is no ONNX file, or cut short", hint=AGAIN)
