"""A trained model as a function, answered by ONNX Runtime: no torch is ever loaded for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from fledge.core.errors import TrainingError, UsageError, listed
from fledge.predictor.calling import of_rows, one_or_many, stream
from fledge.predictor.card import Card
from fledge.predictor.exported import Exported
from fledge.predictor.onnx_description import OnnxDescription
from fledge.tasks.answer import Answer
from fledge.transforms.reading import Array

if TYPE_CHECKING:
    from fledge.tasks.recommended import Suggestions


@final
@dataclass(frozen=True, eq=False)
class OnnxPredictor(Exported):
    """A trained function out of an ONNX file: `answer = say(graph(read(x)))`.

    It is called as a `Predictor` is, gives the same answers, holds no state that a call changes, and any number of threads
    may call it.
    """

    described: OnnxDescription
    session: Any
    """ONNX Runtime's."""

    def __call__(self, given: Any, *, windows: bool = False, tiles: bool | tuple[int, int] = False) -> Any:
        """The answer to one input; to a list, a tuple or a generator of inputs the list of their answers."""
        if tiles:
            raise UsageError("an exported model has no tiles=True", hint="ask the model file it was made from")
        return self.input.windows(given) if windows else one_or_many(self, given)

    def stream(self, items: Iterable[Any], bs: int = 32) -> Iterator[Answer]:
        """The answers to any number of inputs, one after the other, in bounded memory; inputs are read in a few threads."""
        return stream(self, items, bs)

    def of_rows(self, rows: Any) -> Iterator[Answer]:
        """The answers to the rows of a plain frame, read column by column."""
        return of_rows(self, rows)

    def answers_to_rows(self, rows: Any, first: int = 0) -> list[Answer]:
        """The answers to the rows of a frame; `first` is the number errors count from."""
        batch = self.input.encode_all(rows)
        return self.target.answers_to(self.outputs(batch, first), batch, self.input)

    def recommend(self, user: Any = None, n: int = 10, *, liked: Sequence[Any] | Mapping[Any, float] = ()) -> Suggestions:
        """The `n` best things for somebody known; never what they have already. For somebody new ask the model file."""
        from fledge.predictor.onnx_recommending import recommended  # what few models need loads what they need

        return recommended(self, user, n, liked)

    def similar(self, item: Any, n: int = 10) -> Suggestions:
        """The `n` things most like one, which is named by title or id."""
        from fledge.predictor.onnx_recommending import alike

        return alike(self, item, n)

    def run(self, batch: Sequence[Array], first: int = 0) -> list[Array]:
        """What the graph gives, and what it gives beside that; numbers that are not finite are refused."""
        wanted = [self.target.output, *self.target.beside]
        outputs: list[Array] = self.session.run(wanted, dict(zip(self.input.names, batch, strict=True)))
        for each in outputs:
            self._check_finite(each, first)
        return outputs

    def _check_finite(self, outputs: Array, first: int) -> None:
        if not np.isfinite(outputs).all():
            broken = np.flatnonzero(~np.isfinite(outputs.reshape(len(outputs), -1)).all(1)).tolist()
            raise TrainingError(
                f"no answer for input {listed([first + each for each in broken])}: the model gives numbers that are not finite",
                hint="export an earlier file, or train again",
            )

    def warm(self) -> OnnxPredictor:
        """Ready as it is: whatever there is to set up was set up when it was loaded."""
        return self

    def save(self, path: Any) -> str:
        """Refused: an exported model is a copy, made anew from the model's own file."""
        raise UsageError("an exported model is not saved again", hint="copy its file, or export the model file anew")

    @property
    def title(self) -> str:
        """What kind of problem it answers, in words."""
        return self.described.title

    @property
    def card(self) -> Card:
        """When it was trained, from what, how good it is."""
        return self.described.card

    @property
    def kinds(self) -> tuple[str | None, str | None]:
        """What its inputs and its answers are, by the names of the transforms it was trained with."""
        return self.input.transform, self.target.transform

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of what is told apart, where the answer is one of several names."""
        return tuple(getattr(self.target, "names", ()))

    @property
    def on_processor(self) -> bool:
        """Whether it runs on a processor: it always does."""
        return True

    @property
    def examples(self) -> None:
        """Stored examples stay in the model's own file."""
        return None

    def example_answers(self) -> list[Answer]:
        """What it said of its stored examples, of which there are none."""
        return []

    def __repr__(self) -> str:
        return f"<OnnxPredictor {self.card.name or 'without a name'}: {self.title}>"
