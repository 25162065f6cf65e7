"""What a run comes to, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from fledge.core.errors import UsageError
from fledge.report.facts import Contender, ReportFacts
from fledge.report.words import one, several, value
from fledge.scoring.difference import Difference


def verdict(facts: ReportFacts) -> str:
    """Which model is recommended, how good it is, and whether what it gains is more than noise."""
    chosen = recommended(facts)
    return f"{chosen.name}: {_how_good(facts, chosen)}{_beside_others(facts, chosen)}."


def recommended(facts: ReportFacts) -> Contender:
    """The contender that was saved."""
    for each in facts.contenders:
        if each.name == facts.recommended:
            return each
    raise UsageError(f"{facts.recommended!r} is recommended and not among the contenders")


def best(contenders: Sequence[Contender], *, higher: bool) -> Contender | None:
    """The one with the best figure; the first of several alike."""
    return max(contenders, key=lambda each: each.figure.value if higher else -each.figure.value, default=None)


def _how_good(facts: ReportFacts, chosen: Contender) -> str:
    figure = chosen.figure
    sure = f"95 % sure: {figure.interval}" if figure.low is not None else figure.interval
    if figure.share and facts.metric == "accuracy":
        right = round(figure.value * figure.count)
        return f"{right:,} of {several(figure.count, f'held-back {facts.noun}')} right ({sure})"
    return f"{facts.metric} {value(figure)} on {several(figure.count, f'held-back {facts.noun}')} ({sure})"


def _beside_others(facts: ReportFacts, chosen: Contender) -> str:
    """The comparison that matters: of a network with the best simple thing, of a simple thing with the best network."""
    others = [each for each in facts.contenders if each is not chosen]
    simple = best([each for each in others if each.kind in ("rule", "classic")], higher=facts.higher_is_better)
    network = best([each for each in others if each.kind == "network"], higher=facts.higher_is_better)
    if chosen.kind == "network":
        return _against_simple(simple) + _against_better(facts, chosen, network)
    rule = best([each for each in others if each.kind == "rule"], higher=facts.higher_is_better)
    return _against_rule(rule) + _against_network(network)


def _against_simple(simple: Contender | None) -> str:
    if simple is None or simple.ahead is None:
        return ""
    gain = simple.ahead
    apart = _apart(gain.value, share=gain.share)
    if not gain.beyond_noise:
        return f"; beside {simple.name} ({value(simple.figure)}), its difference of {apart} is within noise"
    better = "better" if gain.value > 0 else "worse"
    return f", {apart} {better} than {simple.name}, which is more than noise"


def _against_better(facts: ReportFacts, chosen: Contender, other: Contender | None) -> str:
    """Why not the network that scored higher."""
    if other is None or other.ahead is None or best([chosen, other], higher=facts.higher_is_better) is chosen:
        return ""
    said = "more than noise" if other.ahead.beyond_noise else "within noise"
    return f"; {other.name} scored {_apart(other.ahead.value, share=other.ahead.share)} better, which is {said}"


def _against_rule(rule: Contender | None) -> str:
    """A warning where looking at the input may have brought nothing."""
    if rule is None or rule.ahead is None or (rule.ahead.beyond_noise and rule.ahead.value > 0):
        return ""
    return f", which is not better than {rule.name} ({value(rule.figure)}) by more than noise"


def _against_network(network: Contender | None) -> str:
    if network is None or network.ahead is None:
        return ""
    behind, reached = network.ahead, value(network.figure)
    if behind.beyond_noise and behind.value < 0:
        return f", although {network.name} does better ({reached}), by more than noise"
    return f", and no network is worth its time: the best ({network.name}, {reached}) {_gains(behind)}"


def _gains(behind: Difference) -> str:
    """What a network brings that is behind by so much, or ahead by no more than noise."""
    if behind.value == 0:
        return "gains nothing"
    apart, said = _apart(behind.value, share=behind.share), "more than noise" if behind.beyond_noise else "within noise"
    return f"is {apart} worse, which is {said}" if behind.value > 0 else f"gains {apart}, which is {said}"


def _apart(difference: float, *, share: bool) -> str:
    return f"{100 * abs(difference):.1f} percentage points" if share else one(abs(difference), share=False)
