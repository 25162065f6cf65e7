"""The bytes of a text file of rows, unpacked and in UTF-8, or an error that says where they are not."""

from __future__ import annotations

import codecs
import gzip
import zlib
from pathlib import Path

import polars as pl

from fledge.core.errors import DataError, shown

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PIECE = 1 << 24
_LOOKED_AT = 4096


def read_utf8(path: Path, encoding: str | None = None) -> tuple[bytes, list[str]]:
    """What a file holds, as UTF-8 with plain line ends, and what was done to it; `.gz` and `.zst` are unpacked."""
    packed = _unpacked(path)
    plain, done = as_utf8(packed, str(path), encoding)
    return with_plain_ends(plain), done


def as_utf8(data: bytes, where: str, encoding: str | None = None) -> tuple[bytes, list[str]]:
    """Bytes in any encoding that they say or show themselves, as UTF-8; anything else has to be named.

    >>> as_utf8("a,b".encode("utf-16"), "x.csv")
    (b'a,b', ['x.csv is in utf-16-le and was converted'])
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], encoding or name
            break
    encoding = encoding or _shown_by_zeros(data) or "utf-8"
    if codecs.lookup(encoding).name != "utf-8":
        data = _converted(data, where, encoding)
        done = [f"{where} is in {encoding} and was converted"]
    else:
        _check_utf8(data, where)
        done = []
    if (zero := data.find(b"\0")) >= 0:
        line, column = place_of(data, zero)
        raise DataError(f"{where}: a zero byte in line {line}, column {column}", hint="this is no text, or a damaged one")
    return data, done


def with_plain_ends(data: bytes) -> bytes:
    """Lines that end in one character, whatever system wrote them.

    >>> with_plain_ends(b"a\\r\\nb"), with_plain_ends(b"a\\rb")
    (b'a\\nb', b'a\\nb')
    """
    if b"\r" not in data:
        return data
    data = data.replace(b"\r\n", b"\n")
    first, newline = data.find(b"\r"), data.find(b"\n")
    return data.replace(b"\r", b"\n") if first >= 0 and (newline < 0 or first < newline) else data


def place_of(data: bytes, position: int) -> tuple[int, int]:
    """Line and column of a place in UTF-8, both counted from 1.

    >>> place_of(b"ab\\ncd", 4)
    (2, 2)
    """
    start = data.rfind(b"\n", 0, position) + 1
    return data.count(b"\n", 0, position) + 1, len(data[start:position].decode("utf-8", "replace")) + 1


def _unpacked(path: Path) -> bytes:
    suffix = path.suffix.lower()
    try:
        if suffix == ".gz":
            with gzip.open(path) as file:
                return file.read()
        if suffix == ".zst":
            # Lines are all that polars unpacks for others to read; their ends come back as they were but for the last.
            return "\n".join(pl.read_lines(path)["line"].to_list()).encode()
        return path.read_bytes()
    except FileNotFoundError:
        near = ", ".join(sorted(each.name for each in path.parent.glob("*.[ctp][sa][vr]*"))[:5]) or "none"
        raise DataError(f"there is no table {shown(str(path), 300)}", hint=f"tables there: {near}") from None
    except (OSError, EOFError, zlib.error, pl.exceptions.PolarsError) as error:
        raise DataError(f"{path} can't be unpacked: {str(error).splitlines()[0]}", hint="it may be cut short") from error


def _shown_by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of plain letters is zero."""
    some = data[:_LOOKED_AT]
    even, odd = some[::2].count(0), some[1::2].count(0)
    if odd > 0.4 * len(some) / 2 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * len(some) / 2 and odd == 0 else None


def _converted(data: bytes, where: str, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise DataError(f"{where}: byte {start} is not {encoding}: {error}", hint="name the right encoding=") from None


def _check_utf8(data: bytes, where: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    waiting = 0
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        try:
            decoder.decode(piece, final=start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            position = start - waiting + error.start
            line, column = place_of(data, position)
            raise DataError(
                f"{where}: byte 0x{data[position]:02x} in line {line}, column {column} is not UTF-8",
                hint='name the encoding, such as encoding="cp1252"',
            ) from None
        waiting = len(decoder.getstate()[0])
