"""Memory that is freed stays with the process, so that each training step, and each call of a model, finds it warm."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the numbers malloc.h gives these settings
_LARGEST = (1 << 30, 32 << 20)  # newer and older glibc allow a mapping threshold of this many bytes at most


@cache
def keep_freed_memory() -> bool:
    """Tells glibc not to hand freed memory back to the kernel, which would zero it anew each step; says whether it took.

    Once per process, for training and for what does nothing but answer: a step of a convolutional network then makes about
    a twentieth of the page faults. Elsewhere than on Linux with glibc it does nothing.
    """
    return _keep((1 << 31) - 1, _LARGEST)


@cache
def keep_some_freed_memory() -> bool:
    """The same for a process that is somebody else's and calls a model now and then: at most 64 MB are kept.

    glibc comes to keep as much by itself, once blocks of 32 MB have been freed. What trains keeps more, and goes on with that.
    """
    return keep_freed_memory() if keep_freed_memory.cache_info().currsize else _keep(64 << 20, _LARGEST[1:])


def _keep(freed: int, blocks: tuple[int, ...]) -> bool:
    """Keeps so many freed bytes, in blocks up to the first of these sizes that glibc takes."""
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None)
    if not (hasattr(library, "gnu_get_libc_version") and hasattr(library, "mallopt")):
        return False
    mapped = any(library.mallopt(_MMAP_THRESHOLD, size) == 1 for size in blocks)
    trimmed = library.mallopt(_TRIM_THRESHOLD, freed) == 1
    return mapped and trimmed
