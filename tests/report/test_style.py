"""Colours that can be read and told apart."""

from __future__ import annotations

import pytest

from fledge.report.style import DARK, LIGHT, STEPS, Palette


def light(colour: str) -> float:
    """The relative luminance of WCAG."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


both = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@both
def test_text_is_readable_on_every_ground(palette: Palette) -> None:
    for text in ("ink", "muted", "first", "second"):
        assert contrast(palette[text], palette["page"]) >= 4.5
    assert contrast(palette["ink"], palette["soft"]) >= 4.5


@both
def test_counts_are_readable_in_every_cell(palette: Palette) -> None:
    for hue in ("right", "wrong"):
        for step in range(1, STEPS + 1):
            assert contrast(palette[f"{hue}{step}"], palette["ink" if step <= 2 else "page"]) >= 4.5


@both
def test_two_lines_differ_in_lightness_too(palette: Palette) -> None:
    assert contrast(palette["first"], palette["second"]) >= 1.5
