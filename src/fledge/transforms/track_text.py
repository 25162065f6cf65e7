"""The table in the bytes of a CSV of events, its cells still as text."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections import Counter

import polars as pl

from fledge.core.errors import UnreadableItem, listed, shown

_SEPARATORS = ",;\t|"
_GZIP = b"\x1f\x8b"
_NUMBER = re.compile(r"^\s*[+-]?\d+([.,]\d+)?\s*\Z")


def table_of(data: bytes, most: int) -> pl.DataFrame:
    """The cells of a CSV, plain or packed with gzip, of up to `most` bytes; its first line names the columns.

    >>> table_of(b"t;x;y\\n0,5;3;4\\n", 1000).rows()
    [('0.5', '3', '4')]
    """
    text = _text(_unpacked(data, most))
    if not text.strip():
        raise UnreadableItem("it is empty")
    first = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    names = [name.strip().strip('"').strip() for name in first.split(separator)]
    _check_names(names)
    try:
        frame = pl.read_csv(io.BytesIO(text.lstrip().encode()), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise UnreadableItem(f"it is no table: {str(error).splitlines()[0]}") from error
    if frame.width != len(names):
        raise UnreadableItem("a quote in its first line is never closed, or stands around a separator")
    frame.columns = names
    cells = frame.select(pl.all().str.strip_chars())
    return cells if separator == "," else cells.select(pl.all().str.replace(r"^([+-]?\d+),(\d+)$", "$1.$2"))


def _unpacked(data: bytes, most: int) -> bytes:
    if not data.startswith(_GZIP):
        plain = data
    else:
        try:
            with gzip.open(io.BytesIO(data)) as file:
                plain = file.read(most + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableItem("what is packed in it is broken or cut short") from error
    if len(plain) > most:
        raise UnreadableItem(f"it holds more than {most:,} bytes")
    return plain


def _text(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableItem(f"it is no text in UTF-8: byte {error.start} is wrong") from error
    if "\0" in text:
        raise UnreadableItem("it holds zero bytes, so it is no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_names(names: list[str]) -> None:
    if all(_NUMBER.match(name) for name in names):
        raise UnreadableItem(
            f"its first line holds {listed([shown(name) for name in names], 4)}, and names of columns were expected there",
            hint="begin it with a line such as time,x,y",
        )
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise UnreadableItem(f"several of its columns are called {shown(twice[0])}")
