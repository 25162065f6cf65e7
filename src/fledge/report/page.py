"""The report: one file that asks for nothing from outside and runs nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from fledge.core.files import write_atomically
from fledge.report.data_health import data_health
from fledge.report.facts import ReportFacts
from fledge.report.html import Html, element, readable
from fledge.report.kinds import own_sections
from fledge.report.overview import head, leaderboard
from fledge.report.style import sheet
from fledge.report.training import training
from fledge.report.usage import repeat, usage
from fledge.report.verdict import verdict


def write_report(facts: ReportFacts, path: str | Path) -> None:
    """Writes the page; what was there before stays until the new one is whole."""
    data = page(facts).encode("utf-8")

    def write(file: BinaryIO) -> None:
        file.write(data)

    write_atomically(path, write, needed=len(data))


def page(facts: ReportFacts) -> Html:
    """The whole page as HTML."""
    sections = [
        each
        for each in (
            leaderboard(facts),
            training(facts),
            *own_sections(facts),
            data_health(facts),
            usage(facts),
            repeat(facts),
        )
        if each is not None
    ]
    links = element("nav", [element("a", each.title, href=f"#{each.anchor}") for each in sections], aria_label="Contents")
    body = element(
        "body",
        element("header", head(facts), links),
        element("main", [each.drawn() for each in sections]),
        element(
            "footer", "Written by fledge ", facts.card.versions.get("fledge", ""), ". This page runs no code and loads nothing."
        ),
    )
    return Html(f"<!doctype html>\n{element('html', _head(facts), body, lang='en')}\n")


def _head(facts: ReportFacts) -> Html:
    rules = sheet()
    digest = b64encode(sha256(rules.encode("utf-8")).digest()).decode("ascii")
    # Nothing but this very sheet and the pictures and sounds inside the page; no script at all.
    inside = "img-src data:; media-src data:"
    policy = f"default-src 'none'; {inside}; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="description", content=verdict(facts)),
        element("title", f"{readable(facts.card.name or facts.use.run, 120)} – fledge report"),
        element("style", Html(rules)),
    )
