"""One sample's way through a DataBlock, told step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from torch import Tensor

from fledge.core.errors import listed, shown
from fledge.data.gathering import gather
from fledge.data.loader import Loader

if TYPE_CHECKING:
    from fledge.data.block import DataBlock

_FEW = 4
"""Items that are really read and put in a batch."""


@final
@dataclass(frozen=True, repr=False)
class Summary:
    """What became of one sample, a line for each step."""

    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return f"Summary of {len(self.lines)} steps; print() shows them again"


def in_short(value: Any) -> str:
    """A value in a few words: arrays by kind, size and range, anything else as it is.

    >>> in_short(np.zeros((2, 3), dtype=np.uint8)), in_short("dog")
    ('uint8 array 2×3, 0 to 0', "'dog'")
    """
    if isinstance(value, Tensor | np.ndarray):
        size = "×".join(str(each) for each in value.shape) or "single"
        kind = f"{str(value.dtype).removeprefix('torch.')} {'tensor' if isinstance(value, Tensor) else 'array'} {size}"
        numbers = value.float() if isinstance(value, Tensor) else value
        return f"{kind}, {float(numbers.min()):.4g} to {float(numbers.max()):.4g}" if 0 not in value.shape else kind
    return shown(value, 120)


def summarise(block: DataBlock, source: Any, say: Callable[[str], object]) -> Summary:
    """Takes a few items the way all items go, and says after each step what the first has become."""
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        say(line)

    readers = block.readers(cache=False)
    gathered = gather(source, block.intake)
    tell(f"items    {len(gathered.items)}, {len(gathered.bad)} of them without an input or a label")
    for bad in gathered.bad[:3]:
        tell(f"           set aside: {bad}")
    parts = block.parts(gathered)
    tell("split    " + ", ".join(f"{name} {len(samples)}" for name, samples in parts.items()) + f", by {block.splitter}")
    train = parts["train"]
    tell(f"item     {in_short(gathered.items[train.numbers[0]])}")
    tell(f"input    {in_short(train[0].input)}")
    tell(f"target   {in_short(train[0].target)}")
    few = train.take(range(min(_FEW, len(train))))
    fitted = block.fitted(train, readers, cache=False)
    tell(f"learned  input {fitted.codec.input}")
    tell(f"         target {fitted.codec.target}")
    tell(f"encoded  input {in_short(fitted.codec.input.encode(train[0].input))}")
    tell(f"         target {in_short(fitted.codec.target.encode(train[0].target))}")
    loader = Loader(few, *fitted.columns(few, "train"), bs=len(few), changes=fitted.changes)
    plain, changed = loader.pick(range(len(few))), loader.pick(range(len(few)), train=True)
    tell(f"batch    inputs {in_short(plain.inputs)}")
    tell(f"         targets {in_short(plain.targets)}")
    if fitted.changes:
        tell(f"changed  inputs {in_short(changed.inputs)}, by {listed(fitted.changes, 12)}")
    return Summary(tuple(lines))
