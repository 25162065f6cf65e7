"""The simple things to try before a network."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fledge.classic.candidate import Candidate, of_features
from fledge.classic.features import features_of
from fledge.classic.fitted import Fitted
from fledge.classic.forest import forest
from fledge.classic.linear import linear
from fledge.classic.material import Material, goal_of
from fledge.classic.neighbours import neighbours
from fledge.classic.of_rows import of_rows
from fledge.classic.places import colour_and_place, most_common_by_place
from fledge.classic.recommenders import recommenders
from fledge.classic.rules import class_shares, mean, median, most_common, tag_shares
from fledge.data.loader import Loader
from fledge.models.goal import Goal
from fledge.tasks.task import Task
from fledge.transforms.mask import Mask
from fledge.transforms.pair import Pair
from fledge.transforms.person import Person
from fledge.transforms.row import Row
from fledge.transforms.transform import Codec


def candidates(task: Task[Any], codec: Codec[Any, Any], train: Loader | None = None) -> tuple[Candidate, ...]:
    """Rules, then classic models from quick to slow, for what the codec reads and says.

    With the training part at hand, a rule is named after its answer. The first that looks at features computes them, and
    the others use them again. Inputs that nothing makes features of have their rules alone.
    """
    if isinstance(codec.target, Mask):
        return _of_masks(task.outputs(codec))
    if isinstance(codec.input, Pair | Person):
        return tuple(Candidate(*each) for each in recommenders(likes=isinstance(codec.input, Person)))
    goal = goal_of(codec.target)
    if goal is None:
        return ()
    outputs, maker = task.outputs(codec), features_of(codec.input)
    always = "the most common class"
    if goal == "classes" and train is not None:
        always = f"'{codec.target.decode(most_common(Material.of(train, outputs)))}'"
    found = [Candidate(name, "rule", _of_targets(rule, outputs)) for name, rule in _rules(goal, always)]
    if isinstance(codec.input, Row):
        return (*found, *of_rows(codec, outputs, goal))
    if maker is not None:
        material = lru_cache(maxsize=1)(lambda loader, seed: Material.of(loader, outputs, maker, seed))
        found += [Candidate(f"{maker.words} + {name}", "classic", of_features(fit, material)) for name, fit in _classics(goal)]
    return tuple(found)


def _of_masks(outputs: int) -> tuple[Candidate, ...]:
    return (
        Candidate("each place's most common class", "rule", lambda loader, _: most_common_by_place(loader, outputs)),
        Candidate("colours and place + random forest", "classic", lambda loader, seed: colour_and_place(loader, outputs, seed)),
    )


def _of_targets(fit: Callable[[Material], Fitted], outputs: int) -> Callable[[Loader, int], Fitted]:
    return lambda loader, _: fit(Material.of(loader, outputs))


def _rules(goal: Goal, always: str) -> list[tuple[str, Callable[[Material], Fitted]]]:
    match goal:
        case "classes":
            return [(f"always {always}", class_shares)]
        case "tags":
            return [("each tag as often as it occurs", tag_shares)]
        case "numbers":
            return [("always the mean", mean), ("always the median", median)]


def _classics(goal: Goal) -> list[tuple[str, Callable[[Material, int], Fitted]]]:
    regression = "ridge regression" if goal == "numbers" else "logistic regression"
    return [("nearest neighbours", neighbours), (regression, linear), ("random forest", forest)]
