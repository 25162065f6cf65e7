"""One line of training for the rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.samples import Places, Samples
from fledge.data.splits import KFoldSplitter
from fledge.data.tabular_dataloaders import loaders_of
from fledge.insight.row_reasons import RowReasons, row_reasons
from fledge.jobs.checked import Checked
from fledge.jobs.medium import Example, Folds, Medium, Network
from fledge.jobs.parts import Parts
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.predictor.predictor import Predictor
from fledge.training.tabular import tabular_learner
from fledge.transforms.category import CategoryBlock
from fledge.transforms.column_dates import with_dates
from fledge.transforms.column_values import Values
from fledge.transforms.row import Row
from fledge.transforms.row_frame import as_frame
from fledge.transforms.table_number import TableNumberBlock
from fledge.transforms.transform import Block, Codec, Transform

SMALL = "small"
FEW = 2000
"""Of fewer rows, a fifth of them says too little."""
_EXAMPLES = 5
_WIDE = 20
"""Up to so many columns, a row is written out to show how the model is called."""


@final
@dataclass(frozen=True)
class Tables(Medium):
    """Rows, each with a class or numbers to tell."""

    noun: ClassVar[str] = "rows"
    averages: ClassVar[bool] = True

    def loaders(self, checked: Checked, settings: Settings) -> tuple[DataLoaders, list[str]]:
        _refuse(settings)
        made = _loaders(checked, settings, {name: _places(checked, name) for name in ("train", "valid", "test")})
        assert made.codec is not None, "the loaders of a job have a codec"
        return made, [*_words(made.codec), f"batches of {made.bs} (--bs)"]

    def folds(self, checked: Checked, settings: Settings, plain: DataLoaders) -> Folds | None:
        assert checked.rows is not None, "this is about tables"
        assert plain.codec is not None, "the loaders of a job have a codec"
        train, valid = _places(checked, "train"), _places(checked, "valid")
        if settings.folds and not checked.rows.by_chance:
            raise UsageError("the files say which rows are held back, and folds are by chance", hint="leave --folds out")
        few = checked.rows.by_chance and settings.time is None and len(train) + len(valid) < FEW
        if not (few if settings.folds is None else settings.folds):
            return None
        # As many as make the first one, which is held back already, of the usual size.
        count = min(max(round((len(train) + len(valid)) / len(valid)) - 1, 2), len(train))
        labels = _labels(checked).take(train)
        held = [train[KFoldSplitter(count, fold, settings.seed).split(train.tolist(), labels).valid] for fold in range(count)]
        everything = np.concatenate([valid, *held])
        target = plain.codec.target
        others = [_loaders(checked, settings, {"train": np.setdiff1d(everything, own), "valid": own}, target) for own in held]
        return Folds(others, _loaders(checked, settings, {"train": np.sort(everything), "valid": everything}, target))

    def changes(self, dls: DataLoaders) -> Sequence[Any]:
        """None: a row with a number changed is another row."""
        return ()

    def networks(self, plain: DataLoaders, changed: DataLoaders, settings: Settings, say: Say) -> list[Network]:
        options: dict[str, Any] = {"seed": settings.seed, "progress": False}
        return [
            Network(
                "network",
                lambda folder, callbacks: tabular_learner(plain, folder=folder, callbacks=callbacks, **options),
                lambda learner, epochs: learner.fit_one_cycle(epochs, settings.lr),
                settings.epochs or usual_epochs(plain.train.count),
                passes=4.0,
            )
        ]

    def reasons(self, predictor: Predictor, valid: Loader, seed: int, rule: str) -> RowReasons | None:
        return row_reasons(predictor, valid, seed=seed, rule=rule)

    def example(self, plain: DataLoaders, folder: Path) -> Example:
        """Some held-back rows as a CSV, without what is to be told of them."""
        assert isinstance(plain.valid, Loader), "the loaders of a job are ours"
        assert plain.codec is not None, "the loaders of a job have a codec"
        some = as_frame(plain.valid.samples.inputs[:_EXAMPLES]).select(plain.codec.input.sources)
        file = folder / "example.csv"
        some.write_csv(file)
        row = some.row(0, named=True)
        python = repr(row) if len(row) <= _WIDE else f"fledge.read_table({str(file)!r}).frame"
        return Example(row, python, str(file), rows=True)


def _places(checked: Checked, part: str) -> Places:
    assert isinstance(checked.parts, Parts), "those of rows stand in a column"
    return checked.parts.places(part)


def _labels(checked: Checked) -> Values:
    assert isinstance(checked.labels, Values), "those of rows stand in columns"
    return checked.labels


def _loaders(
    checked: Checked, settings: Settings, places: Mapping[str, Places], target: Transform[Any, Any] | None = None
) -> DataLoaders:
    """The rows of each part, as those to learn from are understood; `target` is how targets are encoded, if that is known."""
    assert checked.rows is not None, "this is about tables"
    rows, told, labels = checked.rows, checked.rows.target, _labels(checked)
    parts = {name: Samples(rows.rows(some), labels.take(some), some) for name, some in places.items() if len(some)}
    train = as_frame(parts["train"].inputs)
    dated, _ = with_dates(train, rows.forms, leave=train.columns)
    block: Block = CategoryBlock() if told.problem == "classification" else TableNumberBlock(told.names)
    codec = Codec(Row.learn(dated, rows.kinds, forms=rows.forms), target or block.learn(parts["train"].targets or []))
    return loaders_of(parts, codec, told.names, bs=settings.bs, seed=settings.seed, device=settings.device)


def _refuse(settings: Settings) -> None:
    """Settings that are about other kinds of data."""
    if settings.model not in (None, SMALL):
        raise UsageError(f"--model {settings.model} is about pictures and sounds, and these are rows", hint="--model small")
    if settings.size is not None or settings.weights is not None:
        name = "size" if settings.size is not None else "weights"
        raise UsageError(f"--{name} is about pictures and sounds, and these are rows", hint=f"leave --{name} out")


def _words(codec: Codec[Any, Any]) -> list[str]:
    """What became of the columns."""
    row = codec.input
    logs = ["its logarithm is learned"] if any(getattr(codec.target, "logs", ())) else []
    return [f"{len(row.categories)} categories", f"{len(row.numbers)} numbers", *logs]


def usual_epochs(rows: int) -> int:
    """How often to go through so many rows: more often would overfit few, and take long for many."""
    return 10 if rows < 20_000 else 4
