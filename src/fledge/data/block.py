"""The description of a data set: five questions answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, final

import torch

from fledge.core.allocator import keep_freed_memory
from fledge.core.devices import choose_device
from fledge.core.errors import UsageError, shown
from fledge.core.log import log
from fledge.data.checking import OnBad, checked_choice, checked_labels, misfits, report_bad, unreadable
from fledge.data.dataloaders import DataLoaders
from fledge.data.fitting import Fitted, class_shares, fit
from fledge.data.fronts import Fronts
from fledge.data.gathering import Gathered, Intake, gather
from fledge.data.loader import Loader
from fledge.data.parallel import usual_workers
from fledge.data.pieces import in_pieces
from fledge.data.samples import Samples
from fledge.data.splits import RandomSplitter, Splitter, as_splitter
from fledge.data.summary import Summary, summarise
from fledge.transforms.category import CategoryBlock
from fledge.transforms.image import ImageBlock
from fledge.transforms.transform import Block

AnyBlock = Block | type[Block]

Balance = Literal["sample"] | None
"""Whether items of rare classes are drawn more often, so that each class comes up alike."""


@final
@dataclass(frozen=True)
class DataBlock:
    """What samples are made of: the kinds of value, where the items are, their inputs and labels, which are held back,
    and which transforms they go through.

    Blocks may be given as classes. Without `get_x` the item itself is the input; items that are pairs are (input,
    target). `item_tfms` change one item as it is read, `batch_tfms` whole training batches on their device.
    """

    blocks: tuple[AnyBlock, AnyBlock] = (ImageBlock, CategoryBlock)
    get_items: Callable[[Any], Any] | None = None
    get_x: Callable[[Any], Any] | None = None
    get_y: Callable[[Any], Any] | None = None
    splitter: Splitter | Callable[[Any], Any] = field(default_factory=RandomSplitter)
    item_tfms: Any = ()
    batch_tfms: Any = ()

    def __post_init__(self) -> None:
        if not isinstance(self.blocks, tuple | list) or len(self.blocks) != 2:
            raise UsageError(
                f"blocks={shown(self.blocks)}", hint="give two, of the input and of the target: (ImageBlock, CategoryBlock)"
            )
        as_splitter(self.splitter)

    def dataloaders(
        self,
        source: Any,
        *,
        bs: int = 64,
        valid_bs: int | None = None,
        seed: int = 0,
        workers: int | None = None,
        device: str | torch.device = "auto",
        cache: bool = True,
        on_bad: OnBad = "auto",
        balance: Balance = None,
    ) -> DataLoaders:
        """The samples of a source (a folder, a frame, a list of items) as batches.

        Every item is read once before anything else; what can't be read or has no label is set aside and listed
        (`dls.bad`), unless it is more than one item in twenty, or all of a class: that stops it all, and `on_bad="skip"` goes
        on nevertheless, `"raise"` stops at the first. `cache` keeps what was read for later epochs and runs.
        """
        keep_freed_memory()
        checked_choice("on_bad", on_bad, ("auto", "skip", "raise"))
        checked_choice("balance", balance, (None, "sample"))
        threads = usual_workers() if workers is None else workers
        place = choose_device(device).device
        readers = self.readers(cache=cache)
        gathered = self.gathered(source, readers, threads)
        report_bad(gathered, on_bad)
        findings = checked_labels(gathered, on_bad) if readers[1] is None else ()
        parts = self.parts(gathered)
        fitted = self.fitted(parts["train"], readers, cache=cache)
        loaders = {}
        for name, samples in parts.items():
            training = name == "train"
            size = bs if training else 2 * bs if valid_bs is None else valid_bs
            inputs, targets = fitted.columns(samples, name)
            loader = Loader(samples, inputs, targets, size, seed, training, fitted.changes, threads, place)
            if training:
                loader = in_pieces(loader)
            if training and balance:
                loader = replace(loader, shares=class_shares(loader.targets))
            loaders[name] = loader
        if bs > len(parts["train"]):
            log.warning("bs=%d is more than the %d samples to learn from: an epoch is one batch", bs, len(parts["train"]))
        return DataLoaders(**loaders, codec=fitted.codec, bad=gathered.bad, findings=findings, intake=self.intake)

    @property
    def intake(self) -> Intake:
        """How a source becomes samples."""
        return Intake(self.get_items, self.get_x, self.get_y)

    def block(self, side: Literal[0, 1]) -> Block:
        """The block of the inputs (0) or of the targets (1)."""
        given = self.blocks[side]
        return given() if isinstance(given, type) else given

    def readers(self, *, cache: bool) -> tuple[Fronts | None, Fronts | None]:
        """What reads inputs and targets, for those sides whose reading can fail."""
        steps = as_steps(self.item_tfms)
        first, second = self.block(0).reader(steps), self.block(1).reader(steps)
        return (
            None if first is None else Fronts(first, cache=cache),
            None if second is None else Fronts(second, cache=cache),
        )

    def gathered(self, source: Any, readers: tuple[Fronts | None, Fronts | None], workers: int) -> Gathered:
        """All items of a source; what can't be told or read is marked, and what can is in the cache."""
        gathered = gather(source, self.intake)
        log.info("looking through %d items", len(gathered.items))
        for fronts, values in zip(readers, (gathered.samples.inputs, gathered.samples.targets), strict=True):
            if fronts is not None and values is not None:
                gathered = gathered.without(unreadable(fronts, values, gathered.good.tolist(), workers))
        if self.block(1).checks_pairs:
            gathered = gathered.without(misfits(self.block(1), as_steps(self.item_tfms), gathered, workers))
        return gathered

    def parts(self, gathered: Gathered) -> dict[str, Samples]:
        """The samples of each part; places are those in the source, whatever had to be set aside."""
        split = as_splitter(self.splitter).split(gathered.items, gathered.labels)
        places = {"train": split.train, "valid": split.valid, "test": split.test}
        return {name: gathered.part(name, each) for name, each in places.items() if len(each)}

    def fitted(self, train: Samples, readers: tuple[Fronts | None, Fronts | None], *, cache: bool) -> Fitted:
        """What is learned from the training part alone."""
        return fit(
            (self.block(0), self.block(1)), train, as_steps(self.item_tfms), as_steps(self.batch_tfms), readers, cache=cache
        )

    def summary(self, source: Any) -> Summary:
        """Walks one sample through every step, and prints what becomes of it."""
        return summarise(self, source, say=print)


def as_steps(given: Any) -> tuple[Any, ...]:
    """One step, several, or none, as a tuple."""
    if given is None:
        return ()
    return tuple(given) if isinstance(given, list | tuple) else (given,)
