"""A report's own sections where each item has several tags: each tag, the worst items, calibration."""

from __future__ import annotations

from dataclasses import replace

import torch

from fledge.insight.calibration import calibration_of
from fledge.insight.interpretation import Interpretation
from fledge.insight.tags import per_tag
from fledge.report.facts import ReportFacts
from fledge.report.gallery import worst_items
from fledge.report.parts import Section
from fledge.report.reliability import reliability
from fledge.report.shares import share_table


def sections(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """Which tags are found, where it goes wrong, and whether it says how sure it is."""
    found = per_tag(result, facts.thresholds)
    tags, cuts = [each.figures for each in found], [each.threshold for each in found]
    # What it says of an item are the tags that reach their thresholds.
    said = (result.predictions.probabilities.cpu() >= torch.tensor(cuts)).float()
    judged = replace(result, predictions=replace(result.predictions, probabilities=said))
    why = f"The held-back {facts.noun} with the highest losses, as the model got them. Look for missing tags here first."
    return [
        Section("tags", "Tag by tag", share_table("tag", tags, facts.noun, cuts)),
        Section("worst", "The worst mistakes", worst_items(judged, why)),
        Section("calibration", "Is it as often right as it says?", reliability(calibration_of(result), "there")),
    ]
