"""What somebody would like, from what people have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from fledge.scoring.losses import LikedFirst, Loss
from fledge.scoring.metrics import Metric, ndcg_at, recall_at
from fledge.tasks.answer import Answer
from fledge.tasks.asked_network import AskedNetwork, PairsGraph
from fledge.tasks.recommended import Suggestions
from fledge.tasks.recommending import Liked, recommend, similar, suggestions
from fledge.tasks.saying_suggestions import SayLiked
from fledge.tasks.task import Task
from fledge.transforms.liked import Liked as LikedThings
from fledge.transforms.person import Person
from fledge.transforms.transform import Codec

LikesCodec = Codec[Person, LikedThings]


@final
@dataclass(frozen=True)
class Likes(Task[LikesCodec]):
    """The things that suit a person best; `first` is how many of them are judged and answered."""

    first: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 10

    title: ClassVar[str] = "things that people would like"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Person) and isinstance(codec.target, LikedThings)

    def outputs(self, codec: LikesCodec) -> int:
        return len(codec.target.catalogue.things)

    def loss(self, codec: LikesCodec) -> Loss:
        return LikedFirst()

    def metrics(self, codec: LikesCodec) -> tuple[Metric, ...]:
        return (recall_at(self.first), ndcg_at(self.first))

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs

    def graph(self, model: nn.Module, codec: LikesCodec) -> PairsGraph:
        return PairsGraph(model)

    def says(self, codec: LikesCodec) -> SayLiked:
        return SayLiked(self.first)

    def answers(self, outputs: Tensor, codec: LikesCodec) -> list[Answer]:
        nothing = np.empty(0, np.int32)
        return [suggestions(codec.input.catalogue, row, nothing, self.first) for row in outputs.numpy()]

    def answers_to(self, inputs: Tensor, outputs: Tensor, codec: LikesCodec) -> list[Answer]:
        return self.says(codec).answers_to(outputs.numpy(), [inputs.numpy()], codec.input.reading(None))

    def recommend(
        self, model: nn.Module, codec: LikesCodec, user: Any, n: int, liked: Liked, device: torch.device
    ) -> Suggestions:
        catalogue = codec.input.catalogue
        return recommend(AskedNetwork(model, catalogue, device), catalogue, user, n, liked, (1.0, 1.0))

    def similar(self, model: nn.Module, codec: LikesCodec, item: Any, n: int, device: torch.device) -> Suggestions:
        return similar(AskedNetwork(model, codec.input.catalogue, device), codec.input.catalogue, item, n)
