"""The parts of the data, each as batches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from fledge.core.devices import choose_device
from fledge.core.errors import UsageError
from fledge.data.batch import Batch
from fledge.data.column import column
from fledge.data.fingerprint import AnyLoader, fingerprints, short_hash
from fledge.data.foreign import ForeignLoader
from fledge.data.gathering import Intake, rows
from fledge.data.label_checks import Finding
from fledge.data.loader import Loader
from fledge.data.samples import BadItem, Samples, write_bad_items
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.owner import OneClass
from fledge.transforms.transform import Codec

if TYPE_CHECKING:
    from fledge.data.show import Drawing


@final
@dataclass(frozen=True, eq=False)
class DataLoaders:
    """Batches to learn from (`train`), batches held back (`valid`), and what is known about both.

    >>> pairs = [(torch.zeros(4, 3), torch.zeros(4)), (torch.ones(2, 3), torch.ones(2))]
    >>> dls = DataLoaders.from_loaders(pairs, pairs, device="cpu")
    >>> len(dls.train), dls.train.count, dls.one_batch().inputs.shape
    (2, 6, torch.Size([4, 3]))
    """

    train: AnyLoader
    valid: AnyLoader
    test: AnyLoader | None = None
    codec: Codec[Any, Any] | None = None
    bad: tuple[BadItem, ...] = ()
    """What was set aside, and why."""
    findings: tuple[Finding, ...] = ()
    """What is odd about the labels."""
    intake: Intake = field(default_factory=Intake)
    """How new items become inputs."""

    @classmethod
    def from_loaders(
        cls,
        train: Iterable[Any],
        valid: Iterable[Any],
        *,
        codec: Codec[Any, Any] | None = None,
        seed: int = 0,
        device: str | torch.device = "auto",
    ) -> Self:
        """Around torch DataLoaders, or any iterables of batches `(inputs, targets)`."""
        place = choose_device(device).device
        return cls(ForeignLoader(train, seed, place), ForeignLoader(valid, seed, place), codec=codec)

    @classmethod
    def from_datasets(
        cls,
        train: Dataset[Any],
        valid: Dataset[Any],
        *,
        bs: int = 64,
        valid_bs: int | None = None,
        codec: Codec[Any, Any] | None = None,
        seed: int = 0,
        device: str | torch.device = "auto",
    ) -> Self:
        """Around torch Datasets of pairs (input, target): the first shuffled, both in batches."""
        loaders = DataLoader(train, bs, shuffle=True), DataLoader(valid, valid_bs or 2 * bs)
        return cls.from_loaders(*loaders, codec=codec, seed=seed, device=device)

    @property
    def parts(self) -> dict[str, AnyLoader]:
        """The loaders by name."""
        parts = {"train": self.train, "valid": self.valid, "test": self.test}
        return {name: part for name, part in parts.items() if part is not None}

    @property
    def bs(self) -> int:
        """How many items a training batch holds."""
        return self.train.bs if isinstance(self.train, Loader) else len(self.one_batch())

    @property
    def device(self) -> torch.device:
        """Where batches arrive."""
        return self.train.device

    @property
    def vocab(self) -> tuple[str, ...]:
        """The names of the classes, where the targets have classes."""
        target = None if self.codec is None else self.codec.target
        return target.names if isinstance(target, OneClass | MultiCategory) else ()

    def class_counts(self) -> dict[str, int]:
        """How many samples of each class there are to learn from."""
        if not self.vocab or not isinstance(self.train, Loader) or self.train.targets is None:
            raise UsageError("these targets have no classes to count")
        encoded = self.train.targets.gather(np.arange(self.train.count), None)
        whole = torch.bincount(encoded, minlength=len(self.vocab)) if encoded.ndim == 1 else encoded.sum(0)
        return {name: int(count) for name, count in zip(self.vocab, whole.tolist(), strict=True)}

    def one_batch(self) -> Batch:
        """The first batch to learn from."""
        return next(self.train.epoch(0, stop=1, train=True))

    def test_dl(self, items: Any, *, with_labels: bool = False) -> Loader:
        """New items (a list, a frame, or a folder), in order, read as these were; labelled only if asked for."""
        like = self._ours(self.valid)
        one = isinstance(items, str | os.PathLike) and not Path(items).is_dir()
        new = [items] if one else self.intake.items(items) if isinstance(items, str | os.PathLike) else list(rows(items))
        if not new:
            raise UsageError("there are no items to look at")
        targets = [self.intake.target(item) for item in new] if with_labels else None
        samples = Samples.of([self.intake.input(item) for item in new], targets)
        codec = self._known_codec()
        return replace(
            like,
            samples=samples,
            inputs=column(codec.input, samples.inputs, None),
            targets=None if targets is None else column(codec.target, targets, None),
        )

    def show_batch(self, *, max_n: int = 9, part: str = "train", unique: bool = False, columns: int | None = None) -> Drawing:
        """A picture of some samples as the model gets them; `unique` shows one sample with various random changes."""
        from fledge.data.show import show_batch  # matplotlib takes a while to load

        return show_batch(self._ours(self.parts[part]), self._known_codec(), max_n=max_n, unique=unique, columns=columns)

    def to(self, device: str | torch.device) -> DataLoaders:
        """The same, arriving on another device."""
        place = choose_device(device).device
        return self._each(lambda part: part.to(place))

    def with_codec(self, codec: Codec[Any, Any]) -> DataLoaders:
        """The same samples, prepared by another codec that encodes alike."""
        return replace(self._each(lambda part: self._ours(part).with_codec(codec)), codec=codec)

    def normalised(self, mean: Sequence[float], std: Sequence[float]) -> DataLoaders:
        """The same, with inputs normalised by these statistics."""
        codec = self._known_codec()
        return self.with_codec(replace(codec, input=codec.input.normalised(mean, std)))

    def write_bad_files(self, path: Path | str) -> None:
        """Lists what was set aside, by name and reason, as CSV."""
        write_bad_items(Path(path), self.bad)

    def fingerprints(self) -> dict[str, str]:
        """What the items, their labels, the split and the settings are known by, to say later what has changed."""
        return fingerprints(list(self.parts.values()), self.codec)

    def fingerprint(self) -> str:
        """One short text that changes if any of them does."""
        return short_hash(self.fingerprints())

    def _each(self, change: Callable[[AnyLoader], AnyLoader]) -> DataLoaders:
        test = None if self.test is None else change(self.test)
        return replace(self, train=change(self.train), valid=change(self.valid), test=test)

    def _known_codec(self) -> Codec[Any, Any]:
        if self.codec is None:
            raise UsageError(
                "these loaders came without a codec, so nothing is known of what their numbers mean",
                hint="build them with a DataBlock, or pass codec=Codec(input, target)",
            )
        return self.codec

    def _ours(self, part: AnyLoader) -> Loader:
        if isinstance(part, Loader):
            return part
        raise UsageError(
            f"{type(part.batches).__name__} was made elsewhere, and can't be asked for this",
            hint="build the loaders with a DataBlock",
        )
