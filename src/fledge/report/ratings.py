"""A report's own sections where things are recommended: errors over the range, what is put first, examples with titles."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from fledge.insight.interpretation import Interpretation
from fledge.report.facts import ReportFacts, Suggested
from fledge.report.gallery import worst_items
from fledge.report.html import Html, element, joined
from fledge.report.parts import Column, Section, note, table
from fledge.report.words import plain

_BINS = 10


def sections(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """How far off ratings are, what is recommended, and what was rated quite otherwise."""
    targets = result.predictions.targets
    assert targets is not None
    said = result.codec.target.within(result.predictions.probabilities.detach().double().cpu().reshape(-1))
    why = f"The held-back {facts.noun} with the highest losses."
    return [
        Section("ratings", "Errors over the range", _by_rating(targets.detach().double().cpu().reshape(-1), said)),
        *_recommended(facts),
        Section("worst", "The worst misses", worst_items(result, why)),
    ]


def likes(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """What is recommended, where nothing says how much things were liked."""
    return _recommended(facts)


def _by_rating(actual: Tensor, said: Tensor) -> Html:
    """For each rating that was given (or stretch of them), what was said on average, and how far off."""
    values = sorted(set(actual.tolist()))
    few = len(values) <= _BINS
    edges = values if few else sorted(set(actual.quantile(_steps(actual)).tolist()))
    places = (actual[:, None] >= actual.new_tensor(edges)).sum(1) - 1
    rows, biases = [], []
    for place, edge in enumerate(edges):
        mine = places == place
        if mine.any():
            apart = said[mine] - actual[mine]
            biases.append(float(apart.mean()))
            name = plain(edge) if few else f"from {plain(edge)}"
            root = float(apart.square().mean().sqrt())
            rows.append([name, f"{int(mine.sum()):,}", plain(float(said[mine].mean())), plain(biases[-1]), plain(root)])
    middling = len(biases) > 1 and biases[0] > 0 > biases[-1]
    words = note("Low ratings are guessed too high and high ones too low, as where much is uncertain.") if middling else None
    numbers = [Column(each, numbers=True) for each in ("How often", "Said, on average", "Too high by", "RMSE")]
    return joined([table("Errors by the rating that was given", [Column("Given"), *numbers], rows), words])


def _steps(actual: Tensor) -> Tensor:
    return actual.new_tensor([place / _BINS for place in range(_BINS)])


def _recommended(facts: ReportFacts) -> list[Section]:
    """The order of recommendations beside what is popular, and some people's."""
    found = facts.recommending
    if found is None or not found.ranked:
        return []
    numbers = [Column(each, numbers=True) for each in (f"Recall@{found.first}", f"NDCG@{found.first}", "Coverage")]
    heads = [Column("Put first"), *numbers]
    rows = [[each.name, str(each.recall), str(each.ndcg), f"{100 * each.coverage:.1f} %"] for each in found.ranked]
    words = note(
        f"Of what people liked and was held back, recall is the share among the {found.first} things put first; NDCG counts "
        "the first places most; coverage is the share of all things that is put first for anybody."
    )
    examples = [_example(each) for each in found.suggested]
    return [Section("recommended", "What is recommended", joined([table("What is put first", heads, rows), words, *examples]))]


def _example(each: Suggested) -> Html:
    columns = ("has, among others", each.had), ("is recommended", each.found), ("would get by popularity", each.popular)
    rows = zip(*(_filled(titles, max(len(other) for _, other in columns)) for _, titles in columns), strict=True)
    heads = [Column(title, wide=True) for title, _ in columns]
    return joined([element("h3", f"Person {each.person}"), table(f"Recommendations for {each.person}", heads, list(rows))])


def _filled(titles: Sequence[str], count: int) -> list[str]:
    return [*titles, *[""] * (count - len(titles))]
