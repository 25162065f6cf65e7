"""How to use the model, and how to come to it again, with its real names."""

from __future__ import annotations

import keyword
import re
from shlex import quote

from fledge.report.facts import ReportFacts
from fledge.report.html import code, element, joined, name, readable
from fledge.report.parts import Section, note, pairs


def usage(facts: ReportFacts) -> Section:
    """Lines to copy, for Python and for the shell."""
    use, call = facts.use, as_identifier(facts.card.name)
    answer = f"  # {use.answer}" if use.answer else ""
    python = [
        "import fledge",
        "",
        f"{call} = fledge.load({use.model!r})",
        f"{call}({use.python}){answer}",
        f"{call}(fledge.read_table({use.example!r}).frame)  # a frame in, a frame out"
        if use.rows
        else f"{call}([{use.python}, {use.python}])  # a list in, a list out",
        *(f"{call}.{each}" for each in use.python_more),
    ]
    shell = [
        f"fledge predict {quote(use.run)} {quote(use.example)}",
        *(f"fledge predict {quote(use.run)} {each}" for each in use.shell_more),
        f"fledge serve {quote(use.run)}",
        f"fledge inspect {quote(use.model)}",
    ]
    body = [element("h3", "In Python"), code(python), element("h3", "In a terminal"), code(shell)]
    return Section("use", "How to use it", joined([*body, note("Loading runs no code from the file, and needs no data.")]))


def repeat(facts: ReportFacts) -> Section:
    """The exact command, and all that the result depends on."""
    again, card = facts.repeat, facts.card
    known: list[tuple[str, object]] = [
        ("Seed", None if card.seed is None else str(card.seed)),
        *((package.capitalize() if package != "fledge" else package, text) for package, text in card.versions.items()),
        *((key, name(text)) for key, text in again.machine.items()),
        ("Data fingerprint", again.data and element("code", again.data)),
        ("Model digest", again.digest and element("code", again.digest)),
        ("Licence", card.licence),
    ]
    return Section("repeat", "How to repeat it", joined([code([again.command]), pairs(known, "pairs")]))


def as_identifier(text: str) -> str:
    """A name as Python can have it.

    >>> as_identifier("bird or not"), as_identifier("2nd"), as_identifier("class"), as_identifier("")
    ('bird_or_not', 'model_2nd', 'class_', 'model')
    """
    plain = re.sub(r"\W+", "_", readable(text, 40)).strip("_") or "model"
    plain = plain if plain.isidentifier() else f"model_{plain}"
    return f"{plain}_" if keyword.iskeyword(plain) else plain if plain.isidentifier() else "model"
