"""Ways to spoil a model file: its JSON, its header, its bytes, and what it is on the disk."""

from __future__ import annotations

import copy
import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

Draw = random.Random
Header = dict[str, Any]

HOSTILE: list[Any] = [
    None, True, 0, -1, 1, 2**31, 2**53 + 1, 2**60, 2**64, -(2**63), 10**400, 0.5, 1e308, "", "a", "\0", "\ud800", "a" * 20_000,
    "../../etc/passwd", "https://example.org/a.bin", "os:system", "__import__('os').system('true')", "${HOME}", "{0.__class__}",
    "resnet18", "hf-hub:timm/resnet18", "custom", "vision", "resize", "eval", [], {}, [[]], [0] * 1000, ["a"] * 200_000,
    {"name": "custom", "callable": "system"}, {"name": "custom", "class_name": "MyNet"}, {"name": "resize", "size": 1}, [None],
]  # fmt: skip
"""Values that stand where others are due."""


ODD = [
    "NaN", "-Infinity", "1e999", "9" * 5000, "[" * 100_000, '{"a":' * 70 + "1" + "}" * 70, '"\\ud800"', '"\\u0000"', "tru",
    "'a'", '{"a":1,"a":2}', "/*c*/1", "0x10", "01", '"\x01"', "1," * 5000 + "1",
]  # fmt: skip
"""What stands in a text where JSON should."""


@dataclass
class Parts:
    """A model file taken apart: our JSON, the entries of the tensors, their bytes."""

    header: Header
    entries: Header
    data: bytes

    @classmethod
    def of(cls, path: Path) -> Parts:
        whole = path.read_bytes()
        length = int.from_bytes(whole[:8], "little")
        entries = json.loads(whole[8 : 8 + length])
        return cls(json.loads(entries.pop("__metadata__")["fledge"]), entries, whole[8 + length :])

    def whole(self) -> bytes:
        """The file put together again, with a right digest."""
        return signed(_text(self.header), self.entries, self.data)


def signed(header: str, entries: Header, data: bytes, *, more: str = "") -> bytes:
    """A file whose digest fits, whatever is in it, so that what lies behind the digest is reached."""
    metadata = f'{{"digest":"{"0" * 64}","fledge":{_text(header)}}}'
    text = f'{{"__metadata__":{metadata}{"," if entries else ""}{_text(entries)[1:-1]}{more}}}'.encode(errors="surrogatepass")
    whole = len(text).to_bytes(8, "little") + text + data
    return whole.replace(b"0" * 64, sha256(whole).hexdigest().encode(), 1)


def mutated(draw: Draw, good: Parts) -> bytes:
    """One spoilt file; most kinds of fault are structured, some are bytes."""
    way: Callable[[Draw, Parts], bytes] = draw.choices(
        [_header_edited, _entries_edited, _text_edited, _bytes_edited, _bloated, _polyglot], [8, 4, 4, 3, 1, 1]
    )[0]
    return way(draw, copy.deepcopy(good))


def placed(draw: Draw, path: Path, whole: bytes) -> None:
    """Puts a spoilt file where it is looked for; now and then something that is no file at all."""
    path.unlink(missing_ok=True)
    match draw.randrange(60):
        case 0:
            path.symlink_to(path.name)
        case 1:
            path.symlink_to(draw.choice(["/etc/passwd", "/dev/zero", "/proc/self/environ", "/", "/dev/stdin", "/missing"]))
        case 2:
            os.mkfifo(path)
        case 3:
            path.touch()
        case _:
            path.write_bytes(whole)


def _header_edited(draw: Draw, good: Parts) -> bytes:
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        _edit(draw, good.header)
    return good.whole()


def _entries_edited(draw: Draw, good: Parts) -> bytes:
    entry = good.entries[draw.choice(list(good.entries))]
    match draw.randrange(6):
        case 0:
            entry["shape"] = draw.choice(
                [[0, 2**60], [2**60], [-1], [1] * 100, [2**32, 2**32], [True], [1.0], "x", [0, 2**40, 2**40]]
            )
        case 1:
            ends = [
                draw.choice([0, 1, 4, 2**60, -8, len(good.data), len(good.data) + 8]) for _ in range(draw.choice([2, 2, 2, 3]))
            ]
            entry["data_offsets"] = ends
        case 2:
            entry["dtype"] = draw.choice(["F4", "F64", "BOOL", "I8", "", None, "C64", "F8_E4M3"])
        case 3:
            name = draw.choice(
                ["a\0b", "../a", "", "model." + "x" * 300, "__metadata__", "model.\u202e", "examples.outputs", "é"]
            )
            good.entries[name] = good.entries.pop(draw.choice(list(good.entries)))
        case 4:
            good.entries |= {
                f"t{place}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for place in range(draw.choice([1, 30_000]))
            }
        case _:
            _edit(draw, good.entries)
    return good.whole()


def _text_edited(draw: Draw, good: Parts) -> bytes:
    """JSON that no writer would write, in ours or in the header around it."""
    text, entries = _text(good.header), _text(good.entries)
    odd = draw.choice(ODD)
    place = draw.choice([place for place, mark in enumerate(text) if mark == ":"]) + 1
    match draw.randrange(3):
        case 0:
            return signed(f"{text[:place]}{odd}{draw.choice([',', '}', ''])}{text[place:]}", good.entries, good.data)
        case 1:
            return signed(text[: draw.randrange(len(text))], good.entries, good.data)
        case _:
            return signed(text, good.entries, good.data, more=f',"a":{odd}' if draw.random() < 0.5 else "," + entries[1:-1])


def _bytes_edited(draw: Draw, good: Parts) -> bytes:
    whole = bytearray(good.whole())
    match draw.randrange(6):
        case 0:
            for _ in range(draw.choice([1, 1, 3, 50])):
                whole[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        case 1:
            del whole[draw.randrange(len(whole)) :]
        case 2:
            whole += draw.randbytes(draw.choice([1, 8, 10_000]))
        case 3:
            whole[:8] = draw.choice([0, 1, 2, 2**23, 2**23 + 1, 2**63, 2**64 - 1, len(whole)]).to_bytes(8, "little")
        case 4:
            first, last = sorted(draw.randrange(len(whole)) for _ in range(2))
            del whole[first:last]
        case _:
            at = draw.randrange(len(whole))
            whole[at:at] = draw.randbytes(draw.randrange(1, 100))
    return bytes(whole)


def _bloated(draw: Draw, good: Parts) -> bytes:
    kind = draw.randrange(4)
    if kind == 0:
        good.header["card"]["name"] = "x" * draw.choice([10**4, 10**6, 9 * 10**6])
    elif kind == 1:
        good.header["codec"]["target"]["names"] = [str(place) for place in range(draw.choice([10**3, 10**5, 4 * 10**5]))]
    elif kind == 2:
        good.header["card"]["versions"] = {f"k{place}": {} for place in range(10**5)}
    else:
        return (9 << 20).to_bytes(8, "little") + b" " * (9 << 20) + good.data
    return good.whole()


def _polyglot(draw: Draw, good: Parts) -> bytes:
    """Files of other kinds, alone and joined with ours."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("data.pkl", b"cos\nsystem\n(S'true'\ntR.")
    other = draw.choice(
        [zipped.getvalue(), b"cos\nsystem\n(S'true'\ntR.", b"\x7fELF" + bytes(100), b"<html>", b"#!/bin/sh\ntrue\n", b"GGUF"]
    )
    whole = good.whole()
    return draw.choice([other, whole + other, other + whole, whole[:8] + other + whole[8:]])


def _edit(draw: Draw, value: Header) -> None:
    """Changes something somewhere in a JSON object, in place."""
    where: Any = value
    while True:
        places = list(where) if isinstance(where, dict) else list(range(len(where)))
        if not places:
            return
        place = draw.choice(places)
        if isinstance(where[place], dict | list) and where[place] and draw.random() < 0.75:
            where = where[place]
            continue
        break
    match draw.randrange(5):
        case 0:
            del where[place]
        case 1 if isinstance(where, dict):
            where[draw.choice(["name", "path", "__class__", "callable", f"{place}s", str(place)[:-1]])] = where.pop(place)
        case 2 if isinstance(where[place], int | float) and not isinstance(where[place], bool):
            by = draw.choice([-1, 0, 2, 10**6, 1e-9])
            # Edited before, it may be a whole number too large for the fraction that this would give.
            where[place] = 0 if isinstance(by, float) and abs(where[place]) > 1e300 else where[place] * by
        case 3 if isinstance(where[place], str) and where[place]:
            where[place] = where[place][: draw.randrange(len(where[place]))] + draw.choice(["", "\0", "é", "/", "x" * 11_000])
        case _:
            where[place] = copy.deepcopy(draw.choice(HOSTILE))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
