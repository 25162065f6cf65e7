"""Runs the examples of a page: its python blocks together, as one script."""

from __future__ import annotations

import re
from pathlib import Path

BLOCK = re.compile(
    r"^<!-- python\n(?P<hidden>.*?)^-->$"
    r"|^(?:<!-- not run: (?P<reason>.+) -->\n+)?```python[ ]*\n(?P<shown>.*?)^```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
"""A block that is shown, or set-up that is not: an HTML comment `<!-- python … -->`.

A shown block that can't run stands below `<!-- not run: why -->`.
"""


def script(page: str) -> str:
    """A page's python, every line where it stands on the page, so that a traceback points there.

    >>> script("Call it:\\n```python\\nprint(1)\\n```\\n")
    '\\n\\nprint(1)\\n'
    """
    lines = [""] * page.count("\n")
    for found in BLOCK.finditer(page):
        if found["reason"]:
            continue
        kind = "hidden" if found["hidden"] is not None else "shown"
        first = page.count("\n", 0, found.start(kind))
        code = found[kind].splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines).rstrip("\n") + "\n"


def run_page(path: Path) -> dict[str, object]:
    """Runs a page in the current folder and gives back the names it made."""
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(script(path.read_text(encoding="utf-8")), path, "exec"), names)
    return names
