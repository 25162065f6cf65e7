"""How much room caches take, and who makes way for whom."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

_GIGABYTE = 10**9


@final
@dataclass(frozen=True)
class Kept:
    """One cache in the folder: its bytes, and when it was last opened or added to."""

    index: Path
    bytes: int
    used: float

    @property
    def data(self) -> Path:
        return self.index.with_suffix(".fronts")

    def remove(self) -> None:
        """Deletes it; the index goes last, for an index without data claims nothing that is wrong."""
        self.data.unlink(missing_ok=True)
        self.index.unlink(missing_ok=True)


def caches_in(folder: Path) -> list[Kept]:
    """All caches of a folder, the one unused for longest first."""
    found = []
    for data in folder.glob("*.fronts"):
        index = data.with_suffix(".index")
        with suppress(FileNotFoundError):  # another process deleted it just now
            found.append(Kept(index, data.stat().st_size + index.stat().st_size, index.stat().st_mtime))
    return sorted(found, key=lambda kept: kept.used)


def usual_limit(folder: Path) -> int:
    """What all caches together may take: 20 GB, but no more than a quarter of what would be free without them."""
    mine = sum(kept.bytes for kept in caches_in(folder))
    return min(20 * _GIGABYTE, (shutil.disk_usage(folder).free + mine) // 4)


def make_room(folder: Path, name: str, limit: int, wanted: int) -> int:
    """How many bytes cache `name` may add for now, after others have made way that were unused for long.

    It is a 64th of the limit at a time, or what is wanted if that is more; less where there isn't so much.
    """
    wanted = max(wanted, limit // 64)
    caches = caches_in(folder)
    total = sum(kept.bytes for kept in caches)
    for other in caches:
        if total + wanted > limit and other.index.stem != name and _removed(other):
            total -= other.bytes
    return min(wanted, limit - total, shutil.disk_usage(folder).free // 2)


def _removed(kept: Kept) -> bool:
    """Whether a cache could be deleted; some systems keep what another process has open."""
    try:
        kept.remove()
    except PermissionError:
        return False
    return True
