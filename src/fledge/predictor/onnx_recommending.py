"""An exported model of people and things, asked what it recommends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.tasks.recommended import Suggestions
from fledge.tasks.recommending import Scores, recommend, similar
from fledge.tasks.saying_suggestions import SayLiked, SayRating
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.pair_reading import PairReading, PersonReading

VECTORS = "vectors"
"""What a graph calls what stands for each thing."""


def recommended(predictor: OnnxPredictor, user: Any, n: int, liked: Sequence[Any] | Mapping[Any, float]) -> Suggestions:
    """The `n` best things for somebody known."""
    asked, given = _asked(predictor, "recommends nothing")
    return recommend(asked, asked.catalogue, user, n, liked, given)


def alike(predictor: OnnxPredictor, item: Any, n: int) -> Suggestions:
    """The `n` things most like one."""
    asked, _ = _asked(predictor, "knows no things that could be alike")
    return similar(asked, asked.catalogue, item, n)


@final
@dataclass(frozen=True, eq=False)
class AskedGraph:
    """A `Scorer` made of a graph."""

    predictor: OnnxPredictor
    catalogue: Catalogue

    def everything(self, person: int) -> Scores:
        pairs = np.arange(self.catalogue.places[1], dtype=np.int32)
        pairs[0] = person
        scores: Scores = self.predictor.outputs([pairs[None]])[0]
        return scores

    def for_new(self, places: NDArray[np.int32], values: Scores) -> Scores:
        raise UsageError(
            "an exported model recommends to people it knows: for somebody new it would have to be fitted to what they liked, "
            "and a graph fits nothing",
            hint="ask the model file it was made from, or somebody known: recommend(user)",
        )

    def vectors(self) -> Scores | None:
        session = self.predictor.session
        if VECTORS not in {each.name for each in session.get_outputs()}:
            return None
        vectors: Scores = session.run([VECTORS], {"pairs": np.zeros((1, 2), np.int32)})[0]
        return vectors


def _asked(predictor: OnnxPredictor, otherwise: str) -> tuple[AskedGraph, tuple[float, float]]:
    """The graph as what tells how well things suit people, and the range of what can be given."""
    reading, saying = predictor.input, predictor.target
    if not isinstance(reading, PairReading | PersonReading) or not isinstance(saying, SayRating | SayLiked):
        raise UsageError(f"{predictor.title} {otherwise}", hint="train on ratings: who gave what to which thing")
    return AskedGraph(predictor, reading.catalogue), saying.given
