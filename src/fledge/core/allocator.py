"""Memory that is freed stays with the process, so that each training step finds it warm."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the numbers malloc.h gives these settings
_LARGEST = (1 << 30, 32 << 20)  # newer and older glibc allow a mapping threshold of this many bytes at most


@cache
def keep_freed_memory() -> bool:
    """Tells glibc not to hand freed memory back to the kernel, which would zero it anew each step; says whether it took.

    Once per process, for training: a step of a convolutional network then makes about a twentieth of the page
    faults. Elsewhere than on Linux with glibc it does nothing.
    """
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None)
    if not (hasattr(library, "gnu_get_libc_version") and hasattr(library, "mallopt")):
        return False
    mapped = any(library.mallopt(_MMAP_THRESHOLD, size) == 1 for size in _LARGEST)
    trimmed = library.mallopt(_TRIM_THRESHOLD, (1 << 31) - 1) == 1
    return mapped and trimmed
