"""What is particular to a kind of data in one line of training: its block, its random changes, its networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, final

from fledge.core.names import Table
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.split import Split, made
from fledge.data.splits import Splitter
from fledge.insight.row_reasons import RowReasons
from fledge.jobs.checked import Checked
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.predictor.predictor import Predictor
from fledge.report.facts import Recommending
from fledge.training.callback import Callback
from fledge.training.learner import Learner
from fledge.transforms.category import CategoryBlock
from fledge.transforms.multi_category import MultiCategoryBlock
from fledge.transforms.number import NumberBlock
from fledge.transforms.transform import Block


@final
@dataclass(frozen=True)
class Network:
    """A network to try: its name in the leaderboard, how a learner for it is made, how it is taught, how long an epoch takes.

    `learner` takes the folder for its checkpoints, and callbacks. `passes` is how many forward passes of the training part
    an epoch is worth, to plan by: 1 where only the body's features are computed (once), about 3 where all of it learns.
    """

    name: str
    learner: Callable[[Path, Sequence[Callback]], Learner]
    fit: Callable[[Learner, int], None]
    epochs: int
    passes: float
    once: bool = False
    """Whether the passes are made once, whatever the number of epochs."""
    threads: int | None = None
    """How many threads compute, if not as many as usual: of tiny pictures, more are in each other's way."""
    lr: float | None = None
    """The learning rate, where it is one number."""

    def __str__(self) -> str:
        epochs = "1 epoch" if self.epochs == 1 else f"{self.epochs} epochs"
        return f"{self.name} ({epochs}{'' if self.lr is None else f', learning rate {self.lr:g}'})"


@final
@dataclass(frozen=True)
class Example:
    """An input, how it is written in Python, and what is named in a terminal to have it answered."""

    given: Any
    python: str
    named: str
    rows: bool = False
    """Whether what is named is a table of several inputs."""
    python_more: tuple[str, ...] = ()
    """What else the model is asked in Python: `recommend(5)`."""
    shell_more: tuple[str, ...] = ()
    """What else `fledge predict RUN` takes in a terminal: `--user 5`."""


@final
@dataclass(frozen=True)
class Folds:
    """Few data, each of which is held back once: in the usual held-back part, or in one of the `others`.

    `whole` learns from all of them; what it holds back are the same, in the order in which they are held back.
    """

    others: Sequence[DataLoaders]
    whole: DataLoaders


class Medium(ABC):
    """One kind of data."""

    noun: ClassVar[str]
    """What an item is called, in the plural."""
    averages: ClassVar[bool] = False
    """Whether the mean of the best models is tried too."""

    def loaders(self, checked: Checked, settings: Settings) -> tuple[DataLoaders, list[str]]:
        """What was found, as batches without random changes; and what was chosen for them."""
        return file_loaders(self, checked, settings)

    def folds(self, checked: Checked, settings: Settings, plain: DataLoaders) -> Folds | None:
        """Where the data are so few that the part held back says little: several of them, whose targets are encoded alike."""
        return None

    def example(self, plain: DataLoaders, folder: Path) -> Example:
        """Something to call the model on, to show how that is done; what it takes to do so may be written to the folder."""
        assert isinstance(plain.valid, Loader), "the loaders of a job are ours"
        given = plain.valid.samples[0].input
        return Example(given, repr(str(given)), str(given))

    def reasons(self, predictor: Predictor, valid: Loader, seed: int, rule: str) -> RowReasons | None:
        """Of rows: what the recommended model goes by; `rule` is the one rule that was tried, in words."""
        return None

    def recommending(self, predictor: Predictor, plain: DataLoaders) -> Recommending | None:
        """Of a recommender, what it puts first."""
        return None

    def block(self, checked: Checked, settings: Settings) -> tuple[Block, Any, list[str]]:
        """Of files: the input's block, the item transforms, and in words what was chosen."""
        raise NotImplementedError(f"{type(self).__name__} makes its loaders without a block")

    def target(self, checked: Checked, settings: Settings) -> Block:
        """The target's block."""
        return TARGETS[checked.task.rpartition("-")[2]]()

    @abstractmethod
    def changes(self, dls: DataLoaders) -> Sequence[Any]:
        """The random changes of training batches."""

    @abstractmethod
    def networks(self, plain: DataLoaders, changed: DataLoaders, settings: Settings, say: Say) -> list[Network]:
        """What to try, from quick to slow; `plain` loaders make no random changes."""


MEDIA = Table(
    "kind of data",
    {
        "picture": "fledge.jobs.pictures:Pictures",
        "sound": "fledge.jobs.sounds:Sounds",
        "table": "fledge.jobs.tables:Tables",
        "ratings": "fledge.jobs.recommenders:Recommenders",
        "likes": "fledge.jobs.recommenders:Recommenders",
        "image-segmentation": "fledge.jobs.masks:Masks",
        "track": "fledge.jobs.tracks:Tracks",
    },
)
"""By the kind of files, or by the task where that needs more than its files."""

TARGETS: dict[str, type[Block]] = {"classification": CategoryBlock, "tags": MultiCategoryBlock, "regression": NumberBlock}
"""The target's block, by how a task's name ends."""


def file_loaders(medium: Medium, checked: Checked, settings: Settings) -> tuple[DataLoaders, list[str]]:
    """The items that were found, divided as they were found to be, without random changes; and what was chosen for them."""
    used = [place for place, part in enumerate(checked.parts) if part]
    inputs, steps, chosen = medium.block(checked, settings)
    block = DataBlock(
        (inputs, medium.target(checked, settings)),
        splitter=_AsChecked(tuple(checked.parts[place] for place in used)),
        item_tfms=steps,
    )
    items = [(checked.files[place], checked.labels[place]) for place in used]
    bs = settings.bs or usual_batch(sum(part == "train" for part in checked.parts))
    made_of = block.dataloaders(items, bs=bs, seed=settings.seed, device=settings.device, on_bad=settings.on_bad)  # type: ignore[arg-type]
    assert isinstance(made_of.train, Loader), "the loaders of a job are ours"
    if settings.bs is None:  # what is cut in pieces gives more examples than there were files
        bs = usual_batch(made_of.train.count)
        made_of = replace(made_of, train=replace(made_of.train, bs=bs))
    return made_of, [*chosen, f"batches of {bs} (--bs)"]


def medium_of(checked: Checked) -> Medium | None:
    """What knows such data, if anything does."""
    known = next((each for each in (checked.task, checked.kind) if each in MEDIA), None)
    medium: Medium | None = None if known is None else MEDIA[known]()
    return medium


def usual_batch(count: int) -> int:
    """How many items a batch holds, so that an epoch of little data still has some steps.

    >>> usual_batch(40), usual_batch(330), usual_batch(50_000)
    (8, 32, 64)
    """
    return 64 if count >= 2000 else 32 if count >= 200 else 16 if count >= 80 else 8


def with_changes(dls: DataLoaders, changes: Sequence[Any]) -> DataLoaders:
    """The same loaders, whose training batches are changed at random."""
    assert isinstance(dls.train, Loader), "the loaders of a job are ours"
    return replace(dls, train=replace(dls.train, changes=tuple(changes)))


@final
@dataclass(frozen=True)
class _AsChecked(Splitter):
    """The parts that a look at the data gave."""

    parts: tuple[str, ...]

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        train, valid, test = (
            [place for place, part in enumerate(self.parts) if part == name] for name in ("train", "valid", "test")
        )
        return made(len(items), train, valid, test)
