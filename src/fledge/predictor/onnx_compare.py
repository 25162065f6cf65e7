"""Whether an exported model gives the answers of the one it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, final

import torch
from torch import Tensor

from fledge.core.errors import ModelFileError
from fledge.predictor.exported import Exported
from fledge.predictor.onnx_description import Compared
from fledge.predictor.predictor import Predictor
from fledge.tasks.answer import Answer, Label, Labels, Verified
from fledge.tasks.recommended import Suggestions
from fledge.tasks.regions import Regions
from fledge.transforms.transform import stack

NEAR = 1e-4
"""How far a probability, or an output on the network's own scale, may be from the original's."""

_AT_ONCE = 32
_TIES = 1e-4
_ROUNDING = 1e-6


@final
@dataclass(frozen=True)
class Comparison:
    """Of how many inputs, how many answers are the same word for word, and how far off the farthest is, 1 being `NEAR`."""

    count: int = 0
    same: int = 0
    off: float = 0.0

    @classmethod
    def of(cls, predictor: Predictor, exported: Exported, items: Iterable[Any]) -> Comparison:
        """Both asked about the same inputs, each of which is read anew by either."""
        found, waiting = cls(), iter(items)
        while some := list(islice(waiting, _AT_ONCE)):
            found = found._and(predictor, exported, some)
        return found

    def _and(self, predictor: Predictor, exported: Exported, items: Sequence[Any]) -> Comparison:
        outputs = predictor.outputs(stack([predictor.input.encode(each) for each in items]))
        then = predictor.task.in_graph(outputs, predictor.codec)
        read = [exported.read(each) for each in items]
        alone = [batch for each in read for batch in exported.input.batches([each], 1)]
        now = torch.cat([torch.from_numpy(exported.run(batch)[-1]) for batch in alone])
        off = ((now - then).abs() / _allowed(predictor, exported, outputs, then)).flatten(1).amax(1)
        before, after = predictor.answers([predictor.read(each) for each in items]), exported.answers(read)
        same = sum(_is_same(*each) for each in zip(before, after, off.tolist(), strict=True))
        return Comparison(self.count + len(items), self.same + same, max(self.off, float(off.max())))

    @property
    def told(self) -> Compared:
        """As the file tells it."""
        return Compared(self.count, self.same, NEAR * self.off)

    def __str__(self) -> str:
        return str(self.told)

    def check(self) -> None:
        """Raises an error if anything is farther off than it may be."""
        if not self.off <= 1:
            raise ModelFileError(
                f"the exported model does not give the answers of the original: one is {self.off:.3g} times as far off as "
                f"{NEAR:g}, which is allowed; {self.same} of {self.count} are the same",
                hint="nothing was written; please report it with the names of the network and of the versions in use",
            )


def _allowed(predictor: Predictor, exported: Exported, outputs: Tensor, then: Tensor) -> Tensor:
    """How far each readable output may be off: a share, or what a difference of the network's own outputs makes of it."""
    if exported.target.shares:
        return torch.full_like(then, NEAR)
    return (predictor.task.in_graph(outputs + NEAR, predictor.codec) - then).abs() + _ROUNDING * then.abs()


def _is_same(before: Answer, after: Answer, off: float) -> bool:
    """Whether two answers are the same, what is as likely as each other aside: labels, tags, a verdict, every place of a mask.

    Numbers are the same if they are near enough. Along the borders of a mask one place in ten thousand is let pass.
    """
    match before, after:
        case Label(), Label():
            return before.probabilities[before.label] - before.probabilities[after.label] <= NEAR
        case Labels(), Labels():
            changed = set(before.labels) ^ set(after.labels)
            return all(abs(before.probabilities[tag] - before.thresholds[tag]) <= NEAR for tag in changed)
        case Verified(), Verified():
            return before.owner == after.owner or abs(before.score - before.threshold) <= NEAR
        case Suggestions(), Suggestions():
            return len(before) == len(after) and all(
                a.item == b.item or abs(a.score - b.score) <= 2 * NEAR for a, b in zip(before, after, strict=True)
            )
        case Regions(), Regions():
            return before.mask.shape == after.mask.shape and float((before.mask != after.mask).mean()) <= _TIES
    return off <= 1
