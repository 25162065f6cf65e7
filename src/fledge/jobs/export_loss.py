"""What a copy of a model is worth on labelled data, beside the model it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np

from fledge.core.errors import DataError, UsageError
from fledge.jobs.check import check
from fledge.scoring.figure import Figure
from fledge.tasks.answer import Answer, Label, Labels, Numbers, Verified
from fledge.tasks.regions import Regions
from fledge.transforms.label import label_text
from fledge.transforms.mask_colours import VOID

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor
    from fledge.predictor.predictor import Predictor


@final
@dataclass(frozen=True)
class Labelled:
    """Inputs, and what is true of each."""

    inputs: Sequence[Any]
    truths: Sequence[Any]

    @classmethod
    def of(cls, data: str, target: Sequence[str] = ()) -> Self:
        """What a folder or a table holds as training would find it: of its test part if it has one, else all of it."""
        found = check(data, target=target)
        if found.ratings is not None:
            raise UsageError("how well things are recommended is not measured here", hint="leave --data out")
        part = "test" if "test" in found.parts else ""
        used = [place for place, name in enumerate(found.parts) if name and (not part or name == part)]
        if not used:
            raise DataError(f"nothing in {data} is labelled and can be read", hint=f"`fledge check {data}` says more")
        files, rows = found.files, found.rows
        named = [str(files[place]) if isinstance(files[place], Path) else files[place] for place in used if files]
        inputs: list[Any] = named if rows is None else list(rows.rows(np.array(used)))
        return cls(inputs, [found.labels[place] for place in used])


@final
@dataclass(frozen=True)
class Loss:
    """How good the original and its copy are on the same data, in a figure that `what` names."""

    what: str
    original: Figure
    copy: Figure

    @classmethod
    def of(cls, original: Predictor, copy: AnyPredictor, data: Labelled) -> Self:
        """Both asked about everything there is."""
        if original.kinds[1] == "mask":
            masks: Any = original.target
            data = replace(data, truths=[masks.classes(each) for each in data.truths])
        what, before = _figure(original, data)
        return cls(what, before, _figure(copy, data)[1])

    def __str__(self) -> str:
        return f"{self.what}: {self.copy}, the original {self.original}"


def _figure(predictor: AnyPredictor, data: Labelled) -> tuple[str, Figure]:
    judged = [_judged(answer, truth) for answer, truth in zip(predictor.stream(data.inputs), data.truths, strict=True)]
    whats, values = {what for what, _ in judged}, [value for _, value in judged]
    [what] = whats
    if what == "right":
        return what, Figure.of_share(sum(values), len(values))
    return what, Figure.of_mean(fmean(values), pstdev(values), len(values))


def _judged(answer: Answer, truth: Any) -> tuple[str, float]:
    """What counts of an answer, and how much of that there is in this one."""
    match answer:
        case Label():
            return "right", float(answer.label == label_text(truth))
        case Verified():
            return "right", float(answer.owner == (label_text(truth) == answer.name))
        case Labels():
            return "right", float(set(answer.labels) == {label_text(each) for each in truth})
        case Regions():
            there = truth != VOID
            return "places right", float((answer.mask == truth)[there].mean()) if there.any() else 1.0
        case Numbers():
            due = truth if isinstance(truth, list | tuple) else [truth]
            return "mean error", fmean(abs(value - float(each)) for value, each in zip(answer.values, due, strict=True))
    raise UsageError(f"nothing is known of how good {type(answer).__name__} are", hint="leave --data out")
