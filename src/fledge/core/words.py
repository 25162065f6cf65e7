"""Values in words."""

from __future__ import annotations

from typing import Any


def in_words(target: Any) -> str:
    """A target for people to read: numbers short, several joined.

    >>> in_words(0.123456), in_words(("sea", "sky")), in_words(())
    ('0.1235', 'sea, sky', 'none')
    """
    if getattr(target, "ndim", 0) > 1:
        return f"{' × '.join(map(str, reversed(target.shape[:2])))} places"
    if isinstance(target, float):
        return f"{target:.4g}"
    if isinstance(target, list | tuple | set | frozenset):
        return ", ".join(in_words(each) for each in target) or "none"
    return str(target)
