"""What one server takes on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import final

from fledge.core.errors import UsageError


@final
@dataclass(frozen=True)
class Limits:
    """Bounds that no sender can pass, so that none makes the server hold more or wait longer. Sizes are bytes, times seconds.

    >>> Limits(waiting=0)
    Traceback (most recent call last):
    fledge.core.errors.UsageError: waiting=0: a limit is above 0
    """

    body: int = 20_000_000
    """One request's body."""
    bodies: int = 256_000_000
    """All bodies that are being received at one time."""
    headers: int = 16_384
    """One request's first line and headers."""
    waiting: int = 64
    """Inputs that wait for an answer, and so also the most in one request."""
    header_time: float = 5.0
    body_time: float = 30.0
    answer_time: float = 60.0

    def __post_init__(self) -> None:
        for each in fields(self):
            if not (value := getattr(self, each.name)) > 0:
                raise UsageError(f"{each.name}={value}: a limit is above 0")
