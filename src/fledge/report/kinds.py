"""Each kind of target, and the sections its reports have of their own."""

from __future__ import annotations

from fledge.core.names import Table
from fledge.report.facts import ReportFacts
from fledge.report.gallery import worst_items
from fledge.report.parts import Section
from fledge.report.rows import sections as rows
from fledge.report.tracks import sections as seen_tracks
from fledge.transforms.table import TRANSFORMS

KINDS = Table(
    "kind of target",
    {
        "category": "fledge.report.classes:sections",
        "mask": "fledge.report.masks:sections",
        "multi_category": "fledge.report.tags:sections",
        "liked": "fledge.report.ratings:likes",
        "number": "fledge.report.numbers:sections",
        "table_number": "fledge.report.numbers:sections",
        "owner": "fledge.report.owner:sections",
        "points": "fledge.report.points:sections",
        "rating": "fledge.report.ratings:sections",
    },
)
"""By the name that its transform has in TRANSFORMS."""


def own_sections(facts: ReportFacts) -> list[Section]:
    """What the report shows of this kind of target; of one that is not listed, the worst items in words."""
    if facts.result is None:
        return []
    predictions = facts.result.predictions
    if predictions.targets is None or predictions.losses is None or not len(predictions):
        return []
    kind = TRANSFORMS.name_of(type(facts.result.codec.target))
    if kind is not None and kind in KINDS:
        made: list[Section] = KINDS[kind](facts, facts.result)
        return [*rows(facts), *made, *seen_tracks(facts.result)]
    return [Section("worst", "The worst items", worst_items(facts.result, "The held-back items with the highest losses."))]
