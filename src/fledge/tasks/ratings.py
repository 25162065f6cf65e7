"""How somebody would rate something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import torch
from torch import Tensor, nn

from fledge.scoring.losses import Loss, SquaredError
from fledge.scoring.metrics import Metric, mae, rmse
from fledge.tasks.answer import Answer
from fledge.tasks.asked_network import AskedNetwork, PairsGraph
from fledge.tasks.recommended import Suggestions
from fledge.tasks.recommending import Liked, recommend, similar
from fledge.tasks.saying_suggestions import SayRating
from fledge.tasks.task import Task
from fledge.transforms.pair import Pair
from fledge.transforms.rating import Rating
from fledge.transforms.transform import Codec

RatingsCodec = Codec[Pair, Rating]


@final
@dataclass(frozen=True)
class Ratings(Task[RatingsCodec]):
    """The rating of a thing by a person, and what they would rate highest."""

    title: ClassVar[str] = "ratings of things by people"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Pair) and isinstance(codec.target, Rating)

    def outputs(self, codec: RatingsCodec) -> int:
        return 1

    def loss(self, codec: RatingsCodec) -> Loss:
        return SquaredError()

    def metrics(self, codec: RatingsCodec) -> tuple[Metric, ...]:
        return (rmse, mae)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs

    def in_units(self, values: Tensor, codec: RatingsCodec) -> Tensor:
        return codec.target.within(values)

    def in_graph(self, outputs: Tensor, codec: RatingsCodec) -> Tensor:
        """As they are: beyond the highest rating they still put things in an order."""
        return outputs

    def graph(self, model: nn.Module, codec: RatingsCodec) -> PairsGraph:
        return PairsGraph(model)

    def says(self, codec: RatingsCodec) -> SayRating:
        return SayRating(codec.target.low, codec.target.high, codec.target.name)

    def answers(self, outputs: Tensor, codec: RatingsCodec) -> list[Answer]:
        return self.says(codec).answers(outputs.reshape(len(outputs), -1).numpy())

    def recommend(
        self, model: nn.Module, codec: RatingsCodec, user: Any, n: int, liked: Liked, device: torch.device
    ) -> Suggestions:
        catalogue = codec.input.catalogue
        return recommend(
            AskedNetwork(model, catalogue, device), catalogue, user, n, liked, (codec.target.low, codec.target.high)
        )

    def similar(self, model: nn.Module, codec: RatingsCodec, item: Any, n: int, device: torch.device) -> Suggestions:
        return similar(AskedNetwork(model, codec.input.catalogue, device), codec.input.catalogue, item, n)
