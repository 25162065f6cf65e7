"""Tables as people really have them: 200 texts, and for each what it holds or where it is wrong."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from itertools import product
from typing import Any, final

Columns = dict[str, list[Any]]


@final
@dataclass(frozen=True)
class Hostile:
    """Bytes of a file, its ending, and the columns it holds or what its refusal says."""

    name: str
    data: bytes
    expected: Columns | str
    suffix: str = ".csv"


_PLAIN: Columns = {
    "name": ["Zoë", 'say "hi"', None, "a\nb"],
    "code": ["01", "02", "10", "11"],
    "size": [1.5, -2.0, None, 400.0],
}
_ROWS = [["name", "code", "size"], ["Zoë", "01", "1.5"], ['say "hi"', "02", "-2"], ["", "10", "NaN"], ["a\nb", "11", "4e2"]]


def hostile_tables() -> list[Hostile]:
    """All of them."""
    return [*_ways_to_write(), *_values(), *_shapes(), *_refused()]


def written(rows: list[list[str]], separator: str = ",", end: str = "\n", *, last: bool = True) -> str:
    """Rows as a CSV, cells quoted where they have to be."""
    lines = [separator.join(_cell(cell, separator) for cell in row) for row in rows]
    return end.join(lines) + (end if last else "")


def _cell(text: str, separator: str) -> str:
    if any(mark in text for mark in ('"', separator, "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _ways_to_write() -> list[Hostile]:
    """The same table in every encoding, with every separator and line end: 120 files."""
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
    return [
        Hostile(f"{encoding} {separator!r} {end!r} {last}", written(_ROWS, separator, end, last=last).encode(encoding), _PLAIN)
        for encoding, separator, end, last in product(encodings, ",;\t|", ("\n", "\r\n", "\r"), (True, False))
    ]


def _values() -> list[Hostile]:
    """Single columns of odd values."""
    cases: list[tuple[str, list[str], list[Any]]] = [
        ("not a number", ["1", "NaN", "2.5"], [1.0, None, 2.5]),
        ("na", ["1", "NA", "3"], [1, None, 3]),
        ("question mark", ["1", "?", "3"], [1, None, 3]),
        ("n/a", ["1", "n/a", "3"], [1, None, 3]),
        ("null", ["1", "NULL", "3"], [1, None, 3]),
        ("dash", ["1", "-", "3"], [1, None, 3]),
        ("infinite", ["1", "inf", "-Infinity"], [1, None, None]),
        ("too large", ["1", "1e400", "2.5"], [1.0, None, 2.5]),
        ("tiny", ["1e-400", "1.5"], [0.0, 1.5]),
        ("leading zeros", ["01234", "56789"], ["01234", "56789"]),
        ("negative leading zeros", ["-01", "5"], ["-01", "5"]),
        ("zero point", ["0.5", "-0.25"], [0.5, -0.25]),
        ("zeros", ["0", "-0", "+0"], [0, 0, 0]),
        ("plus signs", ["+1", "+2"], [1, 2]),
        ("bare points", ["1.", ".5"], [1.0, 0.5]),
        ("blanks around", [" 1 ", "2  "], [1, 2]),
        ("blanks around words", [" a ", "b"], ["a", "b"]),
        ("only blanks", ["   ", "b"], [None, "b"]),
        ("sixteen digits", ["12345678901234567", "12345678901234568"], ["12345678901234567", "12345678901234568"]),
        ("card numbers", ["9007199254740993", "1"], ["9007199254740993", "1"]),
        ("underscores", ["1_000", "2_000"], ["1_000", "2_000"]),
        ("hexadecimal", ["0x1F", "0x2F"], ["0x1F", "0x2F"]),
        ("per cent", ["5 %", "7 %"], ["5 %", "7 %"]),
        ("money", ["$5", "$7"], ["$5", "$7"]),
        ("thousands and fractions", ["1,234.5", "2.5"], [1234.5, 2.5]),
        ("many thousands", ["1,234,567.5", "2,000.0"], [1234567.5, 2000.0]),
        ("decimal commas", ["1,5", "22,75"], [1.5, 22.75]),
        ("german thousands", ["1.234,5", "7,25"], [1234.5, 7.25]),
        ("arabic digits", ["١", "٢"], ["١", "٢"]),
        ("full-width digits", ["１", "２"], ["１", "２"]),
        ("true and false", ["True", "False"], ["True", "False"]),
        ("iso dates", ["2024-01-31", "2024-02-01"], ["2024-01-31", "2024-02-01"]),
        ("Namibia", ["NA", "DE", "FR"], ["NA", "DE", "FR"]),
        ("words and numbers", ["12", "12a"], ["12", "12a"]),
        ("formulas", ["=1+1", "@x"], ["=1+1", "@x"]),
        ("emoji", ["🐦", "🌲"], ["🐦", "🌲"]),
        ("right to left", ["שלום", "abc"], ["שלום", "abc"]),
        ("bidi marks", ["a\u202eb", "c"], ["a\u202eb", "c"]),
        ("separators within", ["a,b;c|d\te", "x"], ["a,b;c|d\te", "x"]),
        ("quotes within", ['""', '"'], ['""', '"']),
        ("a long cell", ["x" * 100_000, "y"], ["x" * 100_000, "y"]),
    ]
    found = [
        Hostile(name, written([["id", "v"], *([f"r{n}", value] for n, value in enumerate(values))]).encode(), _beside(expected))
        for name, values, expected in cases
    ]
    return [
        Hostile(each.name, gzip.compress(each.data), each.expected, ".csv.gz") if n % 4 == 0 else each
        for n, each in enumerate(found)
    ]


def _beside(expected: list[Any]) -> Columns:
    return {"id": [f"r{n}" for n in range(len(expected))], "v": expected}


def _shapes() -> list[Hostile]:
    """Rows and names of odd shapes that have one meaning."""
    cases: list[tuple[str, str, Columns]] = [
        ("blank lines", "a,b\n\n1,2\n   \n3,4\n\n", {"a": [1, 3], "b": [2, 4]}),
        ("blank lines first", "\n\na,b\n1,2\n", {"a": [1], "b": [2]}),
        ("one column", "a\n1\n\n3\n", {"a": [1, None, 3]}),
        ("one column of texts", 'a\n"x\n\ny"\n\nz\n', {"a": ["x\n\ny", None, "z"]}),
        ("short rows", "a,b,c\n1,2\n3\n4,5,6\n", {"a": [1, 3, 4], "b": [2, None, 5], "c": [None, None, 6]}),
        ("separators at the ends", "a,b,\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}),
        ("an unnamed index", ",a\n0,x\n1,y\n", {"": [0, 1], "a": ["x", "y"]}),
        ("separators alone", "a,b\n,\n1,2\n", {"a": [None, 1], "b": [None, 2]}),
        ("quoted names", '"a, b","c ""d"""\n1,2\n', {"a, b": [1], 'c "d"': [2]}),
        ("names on two lines", '"a\nb",c\n1,2\n', {"a\nb": [1], "c": [2]}),
        ("names like code", "self,class,a b,é\n1,2,3,4\n", {"self": [1], "class": [2], "a b": [3], "é": [4]}),
        ("blanks around names", " a , b \n1,2\n", {"a": [1], "b": [2]}),
        ("names alike but for case", "a,A\n1,2\n", {"a": [1], "A": [2]}),
        ("a spreadsheet's first line", "sep=;\na;b\n1;2\n", {"a": [1], "b": [2]}),
        ("empty quotes", 'a,b\n"",1\n"",2\n', {"a": [None, None], "b": [1, 2]}),
        ("quoted numbers", 'a,b\n"1","2.5"\n', {"a": [1], "b": [2.5]}),
        ("years as names", "name,2023,2024\nx,1,2\n", {"name": ["x"], "2023": [1], "2024": [2]}),
        ("words of several parts", "a b\nx y\nz\n", {"a b": ["x y", "z"]}),
    ]
    return [Hostile(name, text.encode(), expected) for name, text, expected in cases]


def _refused() -> list[Hostile]:
    """What can't be meant one way only; the refusal says where."""
    numbers = "\n".join(f"r{n},{n}" for n in range(100))
    cases: list[tuple[str, bytes, str]] = [
        ("latin-1", "a,b\nx,caf\xe9\n".encode("latin-1"), r"byte 0xe9 in line 2, column 6 is not UTF-8"),
        ("cut within a letter", "a,b\nx,é".encode()[:-1], r"byte 0xc3 in line 2, column 3 is not UTF-8"),
        ("a zero byte", b"a,b\nx\0,1\n", r"zero byte in line 2, column 2"),
        ("empty", b"", r"is empty"),
        ("only blanks", b"\n \n", r"is empty"),
        ("names alone", b"a,b\n", r"no row below"),
        ("no names", b"1,2\n3,4\n", r"line 1 holds '1', '2', and names"),
        ("twins", b"a,b,a\n1,2,3\n", r"columns 1 and 3 both 'a'"),
        ("twins after blanks", b"a, a\n1,2\n", r"columns 1 and 2 both 'a'"),
        ("unnamed twins", b",a,\n1,2,3\n", r"columns 1 and 3 both ''"),
        ("a long row", b"a,b\n1,2\n3,4,5\n6,7\n", r"line 3 has 3"),
        ("a long row after a break", b'a,b\n"x\ny",2\n3,4,5\n6,7\n8,9\n', r"line 4 has 3"),
        ("row names without a name", b"a,b\nx,1,2\ny,3,4\n", r"line 2 has 3"),
        ("an open quote", b'a,b\n1,"x\n2,y\n', r"opened in line 2, column 3 is never closed"),
        ("an open quote with doubles", b'a,b\n1,"x""\n2,y\n', r"opened in line 2"),
        ("text behind a quote", b'a,b\n1,"x"y\n', r"opened in line 2, column 3 ends amid a cell"),
        ("a quote amid a cell", b'a,b\n1,5" disk\n', r"middle of a cell \(line 2, column 4\)"),
        ("blanks before a quote", b'a,b\n1, "x"\n', r"middle of a cell \(line 2, column 4\)"),
        ("text among numbers", f"id,v\n{numbers}\nr,abc\n".encode(), r"'abc' in line 102, column 'v': no number"),
        ("a unit among numbers", f"id,v\nr,5kg\n{numbers}\n".encode(), r"'5kg' in line 2, column 'v'"),
        ("a comma among points", f"id;v\n{numbers.replace(',', ';')}.5\nr;1,5\n".encode(), r"'1,5' in line 102, column 'v'"),
        ("thousands or fractions", b'id,v\na,"1,234"\nb,"5,678"\n', r"'1,234' in line 2, column 'v' may be a thousand"),
        ("one column that is two", b"a;b\n1\n2\n", r"one column 'a;b', whose name holds ';'"),
        ("blanks as separators", b"a b\n1 2\n3 4\n", r"several numbers separated by blanks"),
        ("a lone return", b"a,b\n1,2\r3,4\n5,6\n", r"carriage return alone in line 2, column 4"),
    ]
    found = [Hostile(name, data, message) for name, data, message in cases]
    packed = [
        Hostile("a cut gzip", gzip.compress(b"a,b\n1,2\n" * 100)[:-12], r"can't be unpacked", ".csv.gz"),
        Hostile("no gzip", b"a,b\n1,2\n", r"can't be unpacked", ".csv.gz"),
        Hostile("no zstandard", b"\x28\xb5\x2f\xfd a,b\n1,2\n", r"can't be unpacked", ".csv.zst"),
        Hostile("no Parquet", b"a,b\n1,2\n", r"can't be read", ".parquet"),
        Hostile("no Arrow", b"a,b\n1,2\n", r"can't be read", ".arrow"),
        Hostile("no table", b"a,b\n1,2\n", r"no table by its name", ".xlsx"),
    ]
    return found + packed
