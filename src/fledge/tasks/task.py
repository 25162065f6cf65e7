"""A kind of problem, described: what every task says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar

import torch
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.scoring.losses import Loss
from fledge.scoring.metrics import Metric
from fledge.tasks.answer import Answer
from fledge.tasks.recommended import Suggestions
from fledge.tasks.saying import Saying
from fledge.transforms.reading import Reading
from fledge.transforms.transform import Codec

RATINGS = "train on ratings: who gave what to which thing"
"""What to do about a model that recommends nothing."""

CodecOf = TypeVar("CodecOf", bound=Codec[Any, Any])


class Task(ABC, Generic[CodecOf]):
    """A frozen description of one kind of problem; its fields are saved with the model.

    Machinery above (learner, predictor, report) reads it and never asks which task it is.
    """

    title: ClassVar[str]

    looks_twice: ClassVar[bool] = False
    """Whether `scene` reads inputs too, so that an open file has to be read into memory first."""

    tunes: ClassVar[bool] = False
    """Whether `tuned` does anything."""

    @classmethod
    @abstractmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        """Whether this is the task of data with such transforms."""

    @abstractmethod
    def outputs(self, codec: CodecOf) -> int:
        """How many numbers a model gives for one input."""

    @abstractmethod
    def loss(self, codec: CodecOf) -> Loss:
        """What training makes small, unless the person chooses otherwise."""

    @abstractmethod
    def metrics(self, codec: CodecOf) -> tuple[Metric, ...]:
        """What held-back results are judged by; the first is the headline."""

    @abstractmethod
    def probabilities(self, outputs: Tensor) -> Tensor:
        """Outputs on the scale people read: probabilities, or the numbers themselves."""

    def readable(self, outputs: Tensor, codec: CodecOf) -> Tensor:
        """Outputs as an answer tells them: probabilities, numbers in their own units, places as shares of a picture."""
        return self.in_units(self.probabilities(outputs), codec)

    def reading(self, codec: CodecOf, examples: Tensor | None) -> Reading:
        """What reads inputs for an exported graph, without torch."""
        reading: Reading = codec.input.reading(examples)
        return reading

    def graph(self, model: nn.Module, codec: CodecOf) -> nn.Module:
        """What stands behind the network in an exported graph; beside outputs it is handed the inputs that a batch shares."""
        return Readable(self, codec)

    def in_graph(self, outputs: Tensor, codec: CodecOf) -> Tensor:
        """Outputs as an exported graph gives them, to compare both."""
        return self.readable(outputs, codec)

    def says(self, codec: CodecOf) -> Saying:
        """What makes answers of readable outputs, without torch."""
        raise UsageError(
            f"a model for {self.title} can't be exported as a graph, to ONNX or torch",
            hint="its own file works wherever torch does, and --to app makes a server of it",
        )

    @abstractmethod
    def answers(self, outputs: Tensor, codec: CodecOf) -> list[Answer]:
        """What a model's outputs say of each input, in the person's words."""

    def kept(self, outputs: Tensor) -> Tensor:
        """What of a batch's outputs is held on to once it is judged; all of it, unless that would be very much."""
        return outputs

    def kept_targets(self, targets: Tensor) -> Tensor:
        """What of a batch's targets is held on to."""
        return targets

    def views(self, changes: Sequence[Any]) -> tuple[Any, ...]:
        """The random changes after which outputs still belong to the same item's targets, and can be averaged."""
        return tuple(changes)

    def scene(self, value: Any, codec: CodecOf) -> Any:
        """What an answer has to know of its input besides outputs, such as a picture's own size; mostly nothing."""
        return None

    def tiled(self, value: Any, codec: CodecOf, size: tuple[int, int] | None, outputs: Callable[[Tensor], Tensor]) -> Answer:
        """The answer to a large input that is looked at piece by piece; `outputs` are those of a stacked batch of pieces."""
        raise UsageError(f"{self.title} has no answers by tiles", hint="tiles=True is for masks")

    def answers_to(self, inputs: Tensor, outputs: Tensor, codec: CodecOf) -> list[Answer]:
        """`answers`, where what is said also depends on who or what was asked about, as it was encoded."""
        return self.answers(outputs, codec)

    def recommend(
        self,
        model: nn.Module,
        codec: CodecOf,
        user: Any,
        n: int,
        liked: Sequence[Any] | Mapping[Any, float],
        device: torch.device,
    ) -> Suggestions:
        """The best things for a person, known or told of by what they liked; never what they have."""
        raise UsageError(f"{self.title} recommends nothing", hint=RATINGS)

    def similar(self, model: nn.Module, codec: CodecOf, item: Any, n: int, device: torch.device) -> Suggestions:
        """The things most like one."""
        raise UsageError(f"{self.title} knows no things that could be alike", hint=RATINGS)

    def over_time(self, outputs: Tensor, spans: Sequence[tuple[float, float]], codec: CodecOf) -> Answer:
        """What the windows of one long recording, from when to when each, say together."""
        raise UsageError(f"{self.title} has no answers over time", hint="windows=True is for recordings")

    def in_units(self, values: Tensor, codec: CodecOf) -> Tensor:
        """Outputs or targets on the scale metrics are given in, where that is not the network's own."""
        return values

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        """Several models' or views' outputs for the same inputs as one."""
        return torch.stack(list(outputs)).mean(0)

    def tuned(self, outputs: Tensor, targets: Tensor) -> Self:
        """This task with what can be tuned on held-back results, such as thresholds."""
        return self


class Readable(nn.Module):
    """Outputs as an answer tells them."""

    def __init__(self, task: Task[Any], codec: Codec[Any, Any]) -> None:
        super().__init__()
        self.task = task
        self.codec = codec

    def forward(self, outputs: Tensor) -> Tensor:
        return self.task.readable(outputs, self.codec)
