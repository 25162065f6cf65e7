"""What a frozen body makes of the data, computed once: then a new head is trained in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.seeds import order
from fledge.data.batch import Batch
from fledge.data.fingerprint import AnyLoader
from fledge.data.loader import Loader
from fledge.data.samples import Samples
from fledge.models.pieces import in_pieces
from fledge.models.recogniser import Recogniser

Autocast = Callable[[], AbstractContextManager[object]]


@final
@dataclass(frozen=True, eq=False)
class Features:
    """Stored features as batches; the same epochs as the loader they come from, without its reading."""

    inputs: Tensor
    targets: Tensor
    items: NDArray[np.int64]
    source: Loader

    @classmethod
    def of(cls, net: Recogniser, loader: Loader, autocast: Autocast) -> Features:
        """Every item once through the body, in order."""
        net.eval()
        rows, targets, items = [], [], []
        with torch.no_grad():
            for batch in loader.epoch(0, train=False):
                with autocast():
                    rows.append(in_pieces(net.features, batch.inputs).float())
                targets.append(batch.targets)
                items.append(batch.items if batch.items is not None else np.arange(0))
        return cls(torch.cat(rows), torch.cat(targets), np.concatenate(items), loader)

    def __len__(self) -> int:
        return len(self.source)

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self.items)

    @property
    def samples(self) -> Samples:
        """What the features are of."""
        return self.source.samples

    def epoch(
        self, n: int, *, start: int = 0, stop: int | None = None, train: bool, shuffle: bool | None = None
    ) -> Iterator[Batch]:
        """The batches of an epoch, in the order its loader would give them."""
        shuffled = train if shuffle is None else shuffle
        visits = order(self.source.seed, n, self.count) if shuffled else np.arange(self.count)
        for piece in np.array_split(visits, self._cuts())[start:stop]:
            rows = torch.from_numpy(piece).to(self.inputs.device)
            yield Batch(self.inputs[rows], self.targets[rows], self.items[piece])

    def _cuts(self) -> list[int]:
        return [self.source.bs * place for place in range(1, len(self))]


def stored(net: Recogniser, train: AnyLoader, valid: AnyLoader, autocast: Autocast) -> tuple[Features, Features] | None:
    """Both parts' features, if a frozen body is shown the same in each epoch: every item once, and nothing random."""
    if not isinstance(train, Loader) or not isinstance(valid, Loader) or train.shares is not None or random_inputs(train):
        return None
    return Features.of(net, train, autocast), Features.of(net, valid, autocast)


def random_inputs(loader: Loader) -> bool:
    """Whether a loader changes its inputs at random while training."""
    steps = getattr(loader.inputs.transform, "steps", ())
    return bool(loader.changes) or any(getattr(step, "random", True) for step in steps)
