"""Made-up sessions of a mouse: four hands, each with ways of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

_SESSIONS, _TESTED = 20, 4
_TARGETS = 25
"""Places that are gone to and clicked in a session."""
_SCREENS = ((1280, 720), (1920, 1080), (2560, 1440))


@final
@dataclass(frozen=True)
class _Hand:
    """How long a move across the screen takes, how far it bends, how much it trembles, how long it rests."""

    seconds: float
    bend: float
    tremble: float
    rest: float


_HANDS = {
    "ann": _Hand(seconds=0.9, bend=0.02, tremble=0.0015, rest=0.3),
    "bob": _Hand(seconds=0.6, bend=0.10, tremble=0.0015, rest=0.4),
    "cleo": _Hand(seconds=0.9, bend=-0.08, tremble=0.004, rest=0.3),
    "dora": _Hand(seconds=0.6, bend=0.02, tremble=0.004, rest=0.9),
}


def write_tracks(folder: Path) -> int:
    """A CSV file for each session, in a folder for each hand, in `train` and `test`."""
    for person, (name, hand) in enumerate(_HANDS.items()):
        for session in range(_SESSIONS):
            part = "test" if session < _TESTED else "train"
            file = folder / part / name / f"session_{session:02}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_session(hand, np.random.default_rng([person, session])), encoding="ascii")
    return len(_HANDS) * _SESSIONS


def _session(hand: _Hand, numbers: np.random.Generator) -> str:
    """From one place to the next, with a click at each: time in milliseconds, place in pixels, what happened."""
    width, height = _SCREENS[numbers.integers(len(_SCREENS))]
    clock, here = 0.0, numbers.uniform(0.1, 0.9, 2)
    lines = ["time_ms,x,y,state"]
    for there in numbers.uniform(0.05, 0.95, (_TARGETS, 2)):
        way = there - here
        took = hand.seconds * numbers.lognormal(0, 0.15) * (0.4 + np.hypot(*way))
        moments = np.arange(0, took, 1 / 60)
        share = moments / took
        eased = share**3 * (10 - 15 * share + 6 * share**2)  # as hands do: quick in the middle, slow at both ends
        bent = hand.bend * numbers.lognormal(0, 0.3) * np.sin(np.pi * eased)
        places = here + eased[:, None] * way + bent[:, None] * [-way[1], way[0]]
        places += numbers.normal(0, hand.tremble, places.shape)
        for moment, (x, y) in zip(moments, places, strict=True):
            lines.append(f"{1000 * (clock + moment):.0f},{x * width:.0f},{y * height:.0f},move")
        clock += took
        for state, wait in (("press", 0.09), ("release", hand.rest * numbers.lognormal(0, 0.4))):
            lines.append(f"{1000 * clock:.0f},{there[0] * width:.0f},{there[1] * height:.0f},{state}")
            clock += wait
        here = there
    return "\n".join(lines) + "\n"
