"""What happened at each event of a movement: moved, pressed, released, dragged, scrolled."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOVE, PRESS, RELEASE, DRAG, SCROLL = range(5)
NOTHING: Final = -1
"""In a piece of a fixed number of events: there is none here."""

_PRESSED = ("press", "down", "start", "begin", "click")
_RELEASED = ("release", "up", "end", "stop")
_SCROLLED = ("scroll", "wheel")
_NO_BUTTON = ("nobutton", "none", "no", "0", "-1", "", "false", "move")


def events_of(frame: pl.DataFrame, button: str | None, state: str | None) -> NDArray[np.int64]:
    """The kind of each event, by the columns of the button and of its state where there are such.

    A state in words says what happened; a state in numbers (pressed or not, or how hard) and a button alone say what is held.

    >>> events_of(pl.DataFrame({"pressed": [0, 1, 1, 0]}), None, "pressed").tolist()
    [0, 1, 3, 2]
    """
    if state is None and button is None:
        return np.full(frame.height, MOVE)
    words = None if state is None else _words(frame[state])
    buttons = None if button is None else _words(frame[button])
    if words is not None and (held := _numbers(words)) is not None:
        return _by_holding(held > 0)
    if words is None:
        assert buttons is not None, "one of the two is there"
        return _by_holding(~buttons.is_in(_NO_BUTTON).to_numpy())
    kinds = np.full(frame.height, MOVE)
    kinds[_begins(words, _RELEASED)] = RELEASE
    kinds[_begins(words, _PRESSED)] = PRESS
    kinds[words.str.contains("drag").to_numpy()] = DRAG
    scrolled = _begins(words, _SCROLLED)
    kinds[scrolled if buttons is None else scrolled | _begins(buttons, _SCROLLED)] = SCROLL
    return kinds


def _words(column: pl.Series) -> pl.Series:
    plain = column.cast(pl.String).fill_null("").str.to_lowercase()
    return plain.str.replace_all(r"[^a-z0-9.\-]", "").str.replace(r"^(mouse|touch|pointer|button)", "")


def _begins(words: pl.Series, any_of: tuple[str, ...]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = words.str.contains(f"^({'|'.join(any_of)})").to_numpy()
    return found


def _numbers(words: pl.Series) -> NDArray[np.float64] | None:
    """The column as numbers, where all of it is numbers, or true and false."""
    told = words.replace({"true": "1", "false": "0"}).cast(pl.Float64, strict=False)
    return None if told.null_count() else told.to_numpy()


def _by_holding(held: NDArray[np.bool_]) -> NDArray[np.int64]:
    before = np.concatenate([[False], held[:-1]])
    return np.where(held, np.where(before, DRAG, PRESS), np.where(before, RELEASE, MOVE))
