"""Values in words."""

from __future__ import annotations

from typing import Any

from fledge.core.errors import shown


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


def bare(name: str) -> str:
    """A name without quotes, where it is plain where it begins and ends.

    >>> bare("great tit"), bare("tit ")
    ('great tit', "'tit '")
    """
    return name if name.isprintable() and name == name.strip() and name else shown(name)
