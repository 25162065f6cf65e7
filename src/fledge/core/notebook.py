"""One display in a notebook, whose content is replaced."""

from __future__ import annotations

import sys
from typing import Any, final


def in_notebook() -> bool:
    """Whether this runs in a notebook's kernel; IPython in a terminal has none."""
    ask = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return ask is not None and getattr(ask(), "kernel", None) is not None


@final
class Page:
    """A place in the current cell's output, made when it is first written to."""

    def __init__(self) -> None:
        self._handle: Any = None
        self.broken = False

    def write(self, html: str, text: str) -> None:
        """Shows this instead of what was there: HTML, and text for what shows no HTML."""
        if self.broken:
            return
        content = {"text/html": html, "text/plain": text}
        try:
            if self._handle is None:
                from IPython.display import display

                self._handle = display(content, raw=True, display_id=True)
            else:
                self._handle.update(content, raw=True)
        except Exception:  # front ends fail in many ways, and none of them is worth a training
            self.broken = True
