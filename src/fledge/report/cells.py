"""How often each class was taken for each: a field of shaded cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fledge.report.axes import label, svg
from fledge.report.html import Html, element
from fledge.report.style import STEPS

Counts = Sequence[Sequence[int]]

_LONGEST_NAME = 22
_FEW = 4


def draw_cells(title: str, description: str, counts: Counts, names: Sequence[str]) -> Html:
    """Actual classes downwards, predicted across; right in one hue, wrong in another, as strong as their share of the row."""
    short = [each if len(each) <= _LONGEST_NAME else f"{each[: _LONGEST_NAME - 1]}…" for each in names]
    longest = 7.0 * max(map(len, short))
    side = max(26.0, 14 + 7.0 * max(len(f"{count:,}") for row in counts for count in row))
    if len(names) <= _FEW:  # there is room for the names above their columns
        side = max(side, 56.0, min(longest + 12, 100.0))
    # Names stand upright above narrow columns, and lie flat above wide ones.
    flat = all(7.0 * len(each) <= side - 4 for each in short)
    left, top = longest + 12, 22 + (18 if flat else longest + 8)
    marks = [
        *_heads(short, left, top, side, flat=flat),
        *(_cell(counts[row], row, column, left, top, side) for row in range(len(names)) for column in range(len(names))),
    ]
    across = max(left + side * len(names), 180.0) + 1
    return svg(across, top + side * len(names) + 1, title, description, label(0, 12, "actual ↓   predicted →"), marks)


def _heads(names: Sequence[str], left: float, top: float, side: float, *, flat: bool) -> Iterator[Html]:
    for place, each in enumerate(names):
        middle = (place + 0.5) * side
        yield label(left - 8, top + middle + 4, each, "end", "ink")
        if flat:
            yield label(left + middle, top - 8, each, "middle", "ink")
        else:
            x, y = left + middle + 4, top - 6
            yield element("text", each, x=x, y=y, class_="ink", transform=f"rotate(-90 {x:.1f} {y:.1f})")


def _cell(row: Sequence[int], actual: int, said: int, left: float, top: float, side: float) -> list[Html]:
    count, x, y = row[said], left + said * side, top + actual * side
    shade = "cell0" if not count else f"{'right' if actual == said else 'wrong'}{_step(count / sum(row))}"
    cell = element("rect", class_=shade, x=x, y=y, width=side - 2, height=side - 2, rx=2)
    if not count:
        return [cell]
    return [cell, label(x + side / 2 - 1, y + side / 2 + 3, f"{count:,}", "middle", f"on-{shade}")]


def _step(share: float) -> int:
    """How strong a cell's colour is: from a tenth, a half and nine tenths of the row on, a shade stronger."""
    return min(STEPS, 1 + sum(share >= bound for bound in (0.1, 0.5, 0.9)))
