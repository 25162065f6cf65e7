"""How much memory is free."""

from __future__ import annotations

import os
from pathlib import Path


def free_memory() -> int:
    """Bytes that programs can still have without anything being moved to a disk; all there are where that can't be known.

    >>> free_memory() > 0
    True
    """
    facts = Path("/proc/meminfo")
    if facts.exists():
        for line in facts.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 1 << 33
