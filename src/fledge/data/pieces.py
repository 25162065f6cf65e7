"""Long values cut in pieces, each an example to learn from with the label of the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fledge.data.column import PieceColumn, ReadColumn, WholeColumn
from fledge.data.loader import Loader
from fledge.data.parallel import ordered
from fledge.transforms.transform import Transform


def in_pieces(loader: Loader) -> Loader:
    """The same samples, each as often as it has pieces; a loader of what is never cut comes back as it is.

    A network that learned from a loader of pieces is judged by the pieces of held-back items with
    `learn.validate(in_pieces(learn.dls.valid))`, and by whole items without.
    """
    whole = loader.inputs
    if not isinstance(whole, ReadColumn) or type(whole.transform).count_pieces is Transform.count_pieces:
        return loader
    transform, fronts = whole.transform, whole.fronts
    counts = list(ordered(lambda value: transform.count_pieces(fronts.of(value)), whole.values, loader.workers))
    owners = np.repeat(np.arange(len(counts)), counts)
    numbers = np.concatenate([np.arange(count) for count in counts])
    targets = loader.targets
    if isinstance(targets, WholeColumn):
        targets = WholeColumn(targets.transform, targets.gather(owners, None))
    return replace(
        loader, samples=loader.samples.take(owners), inputs=PieceColumn(transform, whole, owners, numbers), targets=targets
    )
