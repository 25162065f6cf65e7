"""What is known of the data: how much, of which classes, what is broken or odd."""

from __future__ import annotations

from collections.abc import Sequence

from fledge.data.label_checks import Finding
from fledge.data.samples import BadItem
from fledge.report.facts import DataFacts, ReportFacts
from fledge.report.html import Html, element, joined, name, readable
from fledge.report.marks import bar
from fledge.report.parts import Column, Section, folded, note, table
from fledge.report.words import several

_FEW = 20
"""Up to so many rows a table stands open."""
_DUPLICATES = ("leak", "conflict")
"""How the kinds of findings end that are about duplicates: `leak`, `near_leak`."""
_NOT_COMPARED = "not_compared"
_PARTS = {"train": "to learn from", "valid": "held back", "test": "test"}


def data_health(facts: ReportFacts) -> Section:
    """Counts, class shares, files set aside, duplicates, findings."""
    data = facts.data
    parts = ", ".join(f"{count:,} {_PARTS.get(part, part)}" for part, count in data.counts.items())
    split = f" Split: {data.split.rstrip('.')}." if data.split else ""
    body = [
        element("p", name(data.source, 300), f": {several(sum(data.counts.values()), facts.noun)}, {parts}.{split}"),
        _findings(data.findings, data.compared),
        _classes(data),
        _bad(data.bad, facts.noun),
    ]
    return Section("data", "The data", joined(body))


def _findings(findings: Sequence[Finding], compared: bool) -> Html:
    found = [element("li", element("span", f"{each.severity}: ", class_=each.severity), each.message) for each in findings]
    if compared and not any(each.kind.endswith(_DUPLICATES) for each in findings):
        found.append(element("li", "No item lies on both sides of the split, and no two of the same content disagree."))
    if not compared and not any(each.kind == _NOT_COMPARED for each in findings):
        found.append(element("li", "Items were not compared by content, so duplicates across the split are not known."))
    if not findings:
        found.append(element("li", "Nothing is odd about the labels."))
    return element("ul", found)


def _classes(data: DataFacts) -> Html | None:
    """Each class's items in each part, and the share it has of those learned from, the largest first."""
    parts = [part for part in dict.fromkeys([*_PARTS, *data.classes]) if part in data.classes]
    names = list(dict.fromkeys(each for part in parts for each in data.classes[part]))
    if not names:
        return None
    learned = data.classes[parts[0]]
    total = data.counts.get(parts[0]) or sum(learned.values()) or 1
    shares = {each: learned.get(each, 0) / total for each in names}
    names.sort(key=lambda each: -shares[each])
    rows = [
        [
            name(each),
            *(f"{data.classes[part].get(each, 0):,}" for part in parts),
            f"{100 * shares[each]:.1f} %",
            bar(min(shares[each], 1.0)),
        ]
        for each in names
    ]
    counted = [Column(_PARTS.get(part, part), numbers=True) for part in parts]
    whole = table("Items by class", ["class", *counted, Column("share", numbers=True), ""], rows)
    largest = f" stands at {100 * shares[names[0]]:.1f} % of what was learned from."
    words = element("p", f"{len(names):,} classes. The largest, ", name(names[0]), ",", largest)
    return joined([words, whole if len(names) <= _FEW else folded("All classes", whole)])


def _bad(bad: Sequence[BadItem], noun: str) -> Html:
    if not bad:
        return note(f"All {noun} could be read.")
    rows = [[name(each.name, 300), readable(each.reason, 300)] for each in bad]
    whole = table("Set aside", [Column("item"), Column("reason", wide=True)], rows)
    words = element("p", f"{several(len(bad), noun)} could not be used and {'was' if len(bad) == 1 else 'were'} set aside.")
    return joined([words, whole if len(bad) <= _FEW // 2 else folded("All of them, with reasons", whole)])
