"""The costly first part of encoding, kept in the cache where there is one."""

from __future__ import annotations

import os
from typing import Any, final

import torch
from torch import Tensor

from fledge.data.cache import FrontCache
from fledge.data.digests import content_digest
from fledge.transforms.transform import Transform

_KEPT = (torch.uint8, torch.int16, torch.float32)
"""What is worth keeping: pictures, sounds and movements, as their files hold them."""


@final
class Fronts:
    """The fronts of values: taken from the cache, or made and put there."""

    def __init__(self, transform: Transform[Any, Any], *, cache: bool = False) -> None:
        self.transform = transform
        self.cache = FrontCache.open(transform.front_settings()) if cache else None
        self._digests: dict[str, bytes] = {}

    def of(self, value: Any) -> Any:
        """The front of one value."""
        digest = None if self.cache is None else self.digest(value)
        if self.cache is None or digest is None:
            return self.transform.front(value)
        kept = self.cache.get(digest)
        if kept is not None:
            # A copy, for what follows may write into it.
            return self.transform.from_kept(kept.copy())
        front = self.transform.front(value)
        if isinstance(front, Tensor) and front.dtype in _KEPT:
            self.cache.put(digest, self.transform.to_kept(front))
        return front

    def digest(self, value: Any) -> bytes | None:
        """What a file's content was known by when it was first asked for; nothing for values that are not files."""
        if not isinstance(value, str | os.PathLike):
            return None
        path = os.fspath(value)
        if path not in self._digests:
            self._digests[path] = content_digest(path) if self.cache is None else self.cache.digest(path)
        return self._digests[path]
