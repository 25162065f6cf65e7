"""Something simple to try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, final

from fledge.classic.fitted import Fitted
from fledge.classic.material import Material
from fledge.data.loader import Loader

Kind = Literal["rule", "classic"]


@final
@dataclass(frozen=True)
class Candidate:
    """Something simple to try: fitted to the training part, it is a model that can be saved and called like any other."""

    name: str
    kind: Kind
    fit: Callable[[Loader, int], Fitted]
    """From the loader of the training part and a seed; the same seed gives the same bits."""


def of_features(
    fit: Callable[[Material, int], Fitted], material: Callable[[Loader, int], Material]
) -> Callable[[Loader, int], Fitted]:
    """From what fits features to what fits a loader's examples."""
    return lambda loader, seed: fit(material(loader, seed), seed)
