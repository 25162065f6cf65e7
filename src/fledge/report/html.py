"""Markup in which everything is escaped that was not made here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import final

_VOID = {"br", "img", "meta"}
_JOINERS = "\u200c\u200d"
"""Invisible letters that some scripts, and emoji, can't be written without."""


@final
class Html(str):
    """Text that is markup already. Any other text is escaped where it is put in."""

    __slots__ = ()


def element(tag: str, /, *children: object, **attributes: object) -> Html:
    """A tag around its children; names of attributes end in `_` where Python needs the word, and `_` stands for `-`.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    listed = "".join(f' {name}="{_value(value)}"' for name, value in given.items() if value is not None)
    return Html(f"<{tag}{listed}>" if tag in _VOID else f"<{tag}{listed}>{joined(children)}</{tag}>")


def joined(children: Iterable[object]) -> Html:
    """Children one after the other: markup as it is, text escaped, nothing for None, lists opened."""
    return Html("".join(_child(child) for child in children))


def readable(text: str, limit: int | None = 2000) -> str:
    """Text that can do no harm on a page: what is invisible, broken or turns the line round is spelled out; the long is cut.

    >>> readable("robin" + chr(0x202E) + "gpj.exe"), readable("two" + chr(10) + "lines")
    ('robin\\\\u202egpj.exe', 'two\\\\nlines')
    """
    cut = text if limit is None or len(text) <= limit else f"{text[: limit // 2]} … {text[-(limit // 2) :]}"
    return "".join(each if each.isprintable() or each in _JOINERS else ascii(each)[1:-1] for each in cut)


def name(text: object, limit: int = 120) -> Html:
    """A name that someone else gave, kept from turning round the text beside it."""
    return element("bdi", readable(str(text), limit))


def code(lines: Iterable[str]) -> Html:
    """Lines to be copied, one below the other."""
    # Each is escaped by itself, so that a name with a line break in it stays on its line.
    return element("pre", element("code", Html("\n".join(escape(readable(line, None)) for line in lines))), tabindex=0)


def number(value: float) -> str:
    """A coordinate, short.

    >>> number(1.50), number(2.0), number(-0.001)
    ('1.5', '2', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _child(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(readable(child))
    if isinstance(child, Iterable):
        return joined(child)
    return escape(str(child))


def _value(value: object) -> str:
    return number(value) if isinstance(value, float) else escape(readable(str(value), limit=None))
