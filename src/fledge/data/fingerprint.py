"""What data and their settings are known by, to notice later that they have changed."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fledge.core.unordered import row_digests, unordered
from fledge.data.foreign import ForeignLoader
from fledge.data.loader import Loader
from fledge.transforms.columnar import LabelColumn
from fledge.transforms.transform import Codec

Digests = NDArray[np.uint64]
AnyLoader = Loader | ForeignLoader


def fingerprints(parts: Sequence[AnyLoader], codec: Codec[Any, Any] | None) -> dict[str, str]:
    """A short text for each of what may change: the items, what they hold, their labels, the split, settings, batches.

    What all names begin with is left out, so that the same files in another folder are the same items.
    """
    ours = [part for part in parts if isinstance(part, Loader)]
    contents = sum(column.contents for part in ours for column in (part.inputs, part.targets) if column)
    settings = [(part.bs, part.seed, part.changes, part.shares is not None, part.block) for part in ours]
    items = _items(ours)
    labels = [_labels(part, known) for part, known in zip(ours, items, strict=True)]
    return {
        "items": short_hash(sum(map(unordered, items))),
        "contents": short_hash(contents),
        "labels": short_hash(sum(map(unordered, labels))),
        "split": short_hash([blake2b(known.tobytes(), digest_size=16).hexdigest() for known in items]),
        "settings": short_hash([settings, codec]),
        "batches": short_hash([len(part) for part in parts]),
    }


def _items(parts: Sequence[Loader]) -> list[Digests]:
    """What each item of each part is known by: its name, or its number in the source where it has no name."""
    named = {
        place: [part.samples.name(item) for item in range(part.count)]
        for place, part in enumerate(parts)
        if not part.samples.are_rows
    }
    start = len(os.path.commonprefix([name for names in named.values() for name in names]))  # noqa: RUF071 - any text will do
    return [
        _of_texts([name[start:] for name in named[place]]) if place in named else part.samples.numbers.astype(np.uint64)
        for place, part in enumerate(parts)
    ]


def _labels(part: Loader, items: Digests) -> Digests:
    """What each item's label is known by, together with the item."""
    targets = part.samples.targets
    if targets is None:
        return np.empty(0, np.uint64)
    known = targets.digests() if isinstance(targets, LabelColumn) else _of_texts(_told(targets))
    return row_digests(known[:, None], salt=items)


def _of_texts(texts: Sequence[str]) -> Digests:
    found = (blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(found), "<u8")


def _told(labels: Sequence[Any]) -> list[str]:
    """Labels as text; of files, such as masks, the name alone, for their folders are where the data happen to lie."""
    return [Path(each).name if isinstance(each, os.PathLike) else repr(each) for each in labels]


def short_hash(thing: object) -> str:
    """Of a thing's text, without the addresses that functions show there.

    >>> short_hash(print) == short_hash(print)
    True
    """
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", repr(thing))
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
