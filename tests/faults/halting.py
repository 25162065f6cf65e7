"""A child process that is killed at its k-th system call, by way of ptrace."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_TRACE_ME, _SYSCALL, _SET_OPTIONS = 0, 24, 0x4200
_EXIT_KILL = 0x100000


def can_trace() -> bool:
    """Whether this system lets a process watch its child's system calls."""
    if not sys.platform.startswith("linux"):
        return False
    return run_until(lambda: None, 10**9) is not None


def run_until(work: Callable[[], object], calls: int) -> int | None:
    """Runs `work` in a forked child that is killed when it makes its `calls`-th system call.

    Returns how many it made: less than `calls` if it came to its end. Nothing where tracing isn't allowed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    child = os.fork()
    if child == 0:
        if libc.ptrace(_TRACE_ME, 0, None, None) != 0:
            os._exit(97)
        os.kill(os.getpid(), signal.SIGSTOP)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        return None
    libc.ptrace(_SET_OPTIONS, child, None, ctypes.c_void_p(_EXIT_KILL))
    stops = 0
    while stops < 2 * calls:  # the system stops it before each call and after
        libc.ptrace(_SYSCALL, child, None, None)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            return stops // 2
        stops += 1
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return calls
