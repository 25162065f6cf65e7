"""A network of people and things, asked for numbers of all things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.models.recommender import Recommender
from fledge.tasks.recommending import Scores
from fledge.transforms.catalogue import Catalogue

_AT_ONCE = 1 << 16


@final
@dataclass(frozen=True, eq=False)
class AskedNetwork:
    """A `Scorer` made of a network; one of somebody's own is asked pair by pair."""

    model: nn.Module
    catalogue: Catalogue
    device: torch.device

    def everything(self, person: int) -> Scores:
        who = torch.tensor([[person]], dtype=torch.int32, device=self.device)
        if isinstance(self.model, Recommender):
            return _plain(self.model.everything(who[:, 0])[0])
        places = torch.arange(1, self.catalogue.places[1], dtype=torch.int32, device=self.device)
        pairs = torch.stack([who[0].expand(len(places)), places], 1)
        return _plain(torch.cat([self.model(part).reshape(-1) for part in torch.split(pairs, _AT_ONCE)]))

    def for_new(self, places: NDArray[np.int32], values: Scores) -> Scores:
        if not isinstance(self.model, Recommender):
            raise UsageError(
                f"{type(self.model).__name__} says nothing of people it doesn't know",
                hint="ask for a known one: recommend(user), or make it a fledge.models.recommender.Recommender",
            )
        return _plain(self.model.for_new(*(torch.from_numpy(each).to(self.device) for each in (places, values))))

    def vectors(self) -> Scores | None:
        found = self.model.vectors() if isinstance(self.model, Recommender) else None
        return None if found is None else _plain(found)


class PairsGraph(nn.Module):
    """What stands behind such a network in an exported graph: scores as they are, and vectors of things if there are any."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        if not isinstance(model, Recommender):
            raise UsageError(f"{type(model).__name__} is no fledge.models.recommender.Recommender, and only those are exported")
        self.model = model
        self.more = () if model.vectors() is None else ("vectors",)

    def forward(self, scores: Tensor) -> Any:
        vectors = self.model.vectors()
        return scores if vectors is None else (scores, vectors + 0.0)


def _plain(numbers: Tensor) -> Scores:
    plain: Scores = numbers.float().cpu().numpy()
    return plain
