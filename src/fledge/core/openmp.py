"""The threads that OpenMP keeps for each thread that computes."""

from __future__ import annotations

import ctypes
import sys

_SOFT = 1  # the number omp.h gives `omp_pause_soft`


def end_own_helpers() -> bool:
    """Ends the threads that help this one with torch's loops, as another one will compute from now on; says whether it did.

    GNU's OpenMP lets threads spin while they wait for the next loop only as long as it keeps no more of them than there are
    processors. With the helpers of two threads there are too many, even if one never computes again: each loop then wakes
    threads that sleep, and a network of many small operations takes twice as long. If this thread does compute again, it is
    given new ones. Other kinds of OpenMP don't count, so there nothing is done.
    """
    torch = sys.modules.get("torch")
    if torch is None or sys.platform != "linux":
        return False
    library = ctypes.CDLL(torch._C.__file__)  # and all that it is linked with
    theirs = hasattr(library, "kmp_set_blocktime")  # of LLVM and Intel, which answer to GNU's names too
    return not theirs and hasattr(library, "omp_pause_resource_all") and library.omp_pause_resource_all(_SOFT) == 0
