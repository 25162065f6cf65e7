"""What data and their settings are known by, to notice later that they have changed."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from fledge.data.foreign import ForeignLoader
from fledge.data.loader import Loader
from fledge.transforms.transform import Codec

AnyLoader = Loader | ForeignLoader


def fingerprints(parts: Sequence[AnyLoader], codec: Codec[Any, Any] | None) -> dict[str, str]:
    """A short text for each of what may change: the items, what they hold, their labels, the split, settings, batches.

    What all names begin with is left out, so that the same files in another folder are the same items.
    """
    ours = [part for part in parts if isinstance(part, Loader)]
    names = [[part.samples.name(place) for place in range(part.count)] for part in ours]
    start = len(os.path.commonprefix([name for part in names for name in part]))  # noqa: RUF071 - any text will do
    items = [[name[start:] for name in part] for part in names]
    labels = [zip(part, _told(loader.samples.targets or []), strict=False) for part, loader in zip(items, ours, strict=True)]
    contents = [each for part in ours for column in (part.inputs, part.targets) if column for each in column.contents]
    settings = [(part.bs, part.seed, part.changes, part.shares is not None) for part in ours]
    return {
        "items": short_hash(sorted(name for part in items for name in part)),
        "contents": short_hash(sorted(contents)),
        "labels": short_hash(sorted(pair for part in labels for pair in part)),
        "split": short_hash(items),
        "settings": short_hash([settings, codec]),
        "batches": short_hash([len(part) for part in parts]),
    }


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
