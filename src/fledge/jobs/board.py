"""The leaderboard as lines of text."""

from __future__ import annotations

from fledge.scoring.figure import Figure


def heading(count: int, noun: str, metric: str) -> str:
    """What stands over it.

    >>> heading(82, "photos", "accuracy")
    '  on 82 held-back photos            accuracy (95 % sure)                   time'
    """
    return f"  {f'on {count:,} held-back {noun}':<34}{f'{metric} (95 % sure)':<34}{'time':>9}"


def line(name: str, figure: Figure, seconds: float, note: str = "") -> str:
    """One model.

    >>> line("always 'bird'", Figure.of_share(42, 82), 0.01)
    "  always 'bird'                     51.2 % of 82 (40.6 to 61.7 %)         0.0 s"
    """
    return f"  {name:<34}{figure!s:<34}{seconds:7.1f} s{f'  ({note})' if note else ''}"
