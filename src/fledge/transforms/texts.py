"""Many short texts as two arrays, for there can be more of them than a file's words hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError

_MOST = 100_000_000

Letters = NDArray[np.uint8]
Ends = NDArray[np.int64]


@final
@dataclass(frozen=True, eq=False, repr=False)
class Texts:
    """Texts in an order: the UTF-8 of all of them, one behind the other, and the byte at which each ends.

    >>> films = Texts.of(["Alien", "Amélie"])
    >>> films[1], len(films), films.places["Alien"]
    ('Amélie', 2, 0)
    """

    letters: Letters
    ends: Ends

    def __post_init__(self) -> None:
        check_ends(self.ends, len(self.letters), "texts")
        if self.letters.dtype != np.uint8 or self.letters.ndim != 1:
            raise UsageError("texts are kept as bytes")
        raw = self.letters
        try:
            raw.tobytes().decode()
        except UnicodeDecodeError as error:
            raise UsageError(f"texts are kept as UTF-8: {error.reason} at byte {error.start}") from None
        starts = self.ends[self.ends < len(raw)]
        if (raw == 0).any() or ((raw[starts] & 0xC0) == 0x80).any():
            raise UsageError("a text holds a zero byte, or ends within a letter")

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """These texts, in their order."""
        encoded = [text.replace("\0", "").encode("utf-8", "replace") for text in texts]
        letters = np.frombuffer(b"".join(encoded), np.uint8).copy()
        return cls(letters, np.cumsum([len(each) for each in encoded], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self):
            raise IndexError(f"there is no text {place} of {len(self)}")
        start = int(self.ends[place - 1]) if place else 0
        return self.letters[start : int(self.ends[place])].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(len(self)))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each text's place."""
        raw, start, found = self.letters.tobytes(), 0, {}
        for place, end in enumerate(self.ends.tolist()):
            found[raw[start:end].decode()] = place
            start = end
        return found

    def __repr__(self) -> str:
        return f"Texts({len(self)}, {digest_of(self.letters, self.ends)})"


def check_ends(ends: Ends, count: int, what: str) -> None:
    """The ends of parts that lie one behind the other never go back, and the last one is the end of all."""
    if ends.dtype != np.int64 or ends.ndim != 1 or len(ends) > _MOST:
        raise UsageError(f"the ends of {what} are whole numbers, {_MOST:,} at most")
    if (int(ends[-1]) if len(ends) else 0) != count or (len(ends) and int(ends[0]) < 0) or bool((np.diff(ends) < 0).any()):
        raise UsageError(f"the ends of {what} don't fit what they hold")


def digest_of(*arrays: NDArray[Any]) -> str:
    """A short text that changes if anything in the arrays does."""
    digest = blake2b(digest_size=8)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data if array.size else b"")
        digest.update(str(array.shape).encode())
    return digest.hexdigest()
