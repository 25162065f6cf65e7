"""A trained model as a function."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, final

import torch
from torch import Tensor, nn

from fledge.core.errors import ModelFileError, TrainingError, listed
from fledge.core.precision import Precision
from fledge.models.architecture import Architecture
from fledge.models.pieces import in_pieces
from fledge.predictor.calling import is_many, of_rows, one_or_many, stream
from fledge.predictor.card import Card
from fledge.tasks.answer import Answer
from fledge.tasks.recommended import Suggestions
from fledge.tasks.task import Task
from fledge.transforms.table import TRANSFORMS
from fledge.transforms.transform import Codec, Transform, stack

_AT_ONCE = 32
_CPU = torch.device("cpu")
_EXACT = Precision("float32", "what models are saved in")
_CLOSE = {"float32": 1e-3, "bfloat16": 5e-2, "float16": 5e-2}


@final
@dataclass(frozen=True)
class Examples:
    """A few encoded inputs and what the model gave for them: the self-test that travels with it."""

    inputs: Tensor
    outputs: Tensor


@final
@dataclass(frozen=True, eq=False)
class Read:
    """An encoded input beside what its answer has to know of it."""

    encoded: Any
    scene: Any


@final
@dataclass(frozen=True, eq=False)
class Predictor:
    """A trained function: `answer = task.answers(model(prepare(stack(encode(x)))))`, and nothing else.

    It holds no state that a call changes, so any number of threads may call it. The model is its own from now on:
    it is put in eval mode and its weights ask for no gradients, so hand over a copy of a model that trains on.
    """

    task: Task[Any]
    codec: Codec[Any, Any]
    model: nn.Module
    architecture: Architecture
    card: Card = field(default_factory=Card)
    examples: Examples | None = None
    device: torch.device = _CPU
    precision: Precision = _EXACT

    def __post_init__(self) -> None:
        self.model.eval().requires_grad_(False)
        self.model.to(self.device)
        if all(weight.dim() < 5 for weight in self.model.parameters()):  # 5: convolutions over three dimensions have another
            self.model.to(memory_format=torch.channels_last)

    def __call__(self, given: Any, *, windows: bool = False, tiles: bool | tuple[int, int] = False) -> Any:
        """The answer to one input; to a list, a tuple or a generator of inputs the list of their answers.

        One is whatever people have: a path, bytes, an open file, an array, a PIL image, a text, a row. `windows` says of a
        long recording what is found when. `tiles` looks at a large picture piece by piece, where the answer is a mask: pieces
        of so many pixels (height, width), or of the size that pictures had in training.
        """
        if tiles:
            return [self._in_tiles(each, tiles) for each in given] if is_many(given) else self._in_tiles(given, tiles)
        if windows:
            return [self._over_time(each) for each in given] if is_many(given) else self._over_time(given)
        return one_or_many(self, given)

    def read(self, given: Any) -> Any:
        """One input encoded, with whatever else its answer has to know: what `answers` takes."""
        if self.task.looks_twice and hasattr(given, "read"):
            given = given.read()
        scene = self.task.scene(given, self.codec)
        encoded = self.codec.input.encode(given)
        return encoded if scene is None else Read(encoded, scene)

    def recommend(self, user: Any = None, n: int = 10, *, liked: Sequence[Any] | Mapping[Any, float] = ()) -> Suggestions:
        """The `n` best things for somebody known, or for somebody new by what they `liked`; never what they have already.

        Things are named by title or id; a mapping says how much each was liked.
        """
        with torch.inference_mode():
            return self.task.recommend(self.model, self.codec, user, n, liked, self.device)

    def similar(self, item: Any, n: int = 10) -> Suggestions:
        """The `n` things most like one, which is named by title or id."""
        with torch.inference_mode():
            return self.task.similar(self.model, self.codec, item, n, self.device)

    def stream(self, items: Iterable[Any], bs: int = 32) -> Iterator[Answer]:
        """The answers to any number of inputs, one after the other, in bounded memory; inputs are read in a few threads."""
        return stream(self, items, bs)

    def of_rows(self, rows: Any) -> Iterator[Answer]:
        """The answers to the rows of a plain frame, encoded column by column."""
        return of_rows(self, rows)

    def answers_to_rows(self, rows: Any, first: int = 0) -> list[Answer]:
        """The answers to the rows of a frame; `first` is the number errors count from."""
        batch = self.codec.input.encode_all(rows)
        return self.task.answers_to(batch, self.outputs(batch, first), self.codec)

    def _over_time(self, given: Any) -> Answer:
        """One long recording's windows as one answer."""
        pieces = self.codec.input.windows(given)
        starts = range(0, len(pieces), _AT_ONCE)
        batches = [stack([each.encoded for each in pieces[start : start + _AT_ONCE]]) for start in starts]
        outputs = torch.cat([self.outputs(batch) for batch in batches])
        return self.task.over_time(outputs, [(each.start, each.end) for each in pieces], self.codec)

    def _in_tiles(self, given: Any, tiles: bool | tuple[int, int]) -> Answer:
        """One large input's pieces as one answer."""
        return self.task.tiled(given, self.codec, None if isinstance(tiles, bool) else tiles, self.outputs)

    def answers(self, read: Sequence[Any], first: int = 0) -> list[Answer]:
        """The answers to inputs that are encoded, or `read`, already; `first` is the number errors count from."""
        encoded = [each.encoded if isinstance(each, Read) else each for each in read]
        batch = stack(encoded)
        answers = self.task.answers_to(batch, self.outputs(batch, first), self.codec)
        placed = zip(answers, read, strict=True)
        return [answer.placed(each.scene) if isinstance(each, Read) else answer for answer, each in placed]

    def outputs(self, batch: Tensor, first: int = 0) -> Tensor:
        """What the model gives for a stacked batch, in float32 on the CPU; numbers that are not finite are refused."""
        with torch.inference_mode(), self.precision.autocast(self.device):
            prepared = self.codec.input.prepare(batch.to(self.device, non_blocking=True))
            outputs = in_pieces(self.model, prepared).float().cpu()
        if not outputs.sum().isfinite():
            self._refuse_broken(outputs, first)
        return outputs

    def with_examples(self, items: Sequence[Any]) -> Self:
        """This predictor with a self-test of these inputs."""
        inputs = stack([self.codec.input.encode(item) for item in items])
        return replace(self, examples=Examples(inputs, self.outputs(inputs)))

    def example_answers(self) -> list[Answer]:
        """What it said of its stored examples."""
        kept = self.examples
        return [] if kept is None else self.task.answers_to(kept.inputs, kept.outputs, self.codec)

    def check(self) -> None:
        """Answers the stored examples again, and raises an error if that gives anything else than when they were stored."""
        if self.examples is None:
            raise ModelFileError(
                "the model has no stored examples to check its answers with", hint="load it without check=True"
            )
        now, then = self.outputs(self.examples.inputs), self.examples.outputs
        close = _CLOSE[self.precision.name]
        if now.shape != then.shape or not torch.allclose(now, then, rtol=close, atol=close):
            far = f"they differ by {(now - then).abs().max().item():.2g}" if now.shape == then.shape else "their shapes differ"
            raise ModelFileError(
                f"the model does not give the outputs it gave when it was saved: {far}",
                hint=f"try the versions it was saved with: {listed([f'{k} {v}' for k, v in self.card.versions.items()])}",
            )

    def to(self, device: str | torch.device) -> Self:
        """This predictor on another device; the one at hand stays where it is."""
        return replace(self, model=copy.deepcopy(self.model), device=torch.device(device))

    def warm(self) -> Self:
        """Runs the stored examples once, so that the first real call finds everything set up."""
        if self.examples is not None:
            self.outputs(self.examples.inputs)
        return self

    def save(self, path: str | Path) -> str:
        """Keeps all of it in one safetensors file, or under a name in .onnx as an ONNX file; returns the file's digest."""
        if Path(path).suffix.lower() == ".onnx":
            from fledge.predictor.export import export_onnx

            return export_onnx(self, path).digest
        from fledge.predictor.model_file import save

        return save(self, path)

    def push_to_hub(
        self, name: str, *, private: bool = False, token: str | None = None, licence: str = "", replace: bool = False
    ) -> str:
        """Puts it on the Hugging Face Hub as `name` ("user/birds"), its card before it, and returns its address there.

        Without a `token` that of `hf auth login`, or of `HF_TOKEN`, is used. `licence` is asked for unless the card says it
        or the model is `private`; what stands there already is only written over with `replace`.
        """
        from fledge.predictor.hub import push_to_hub  # loads an HTTP client

        return push_to_hub(self, name, private=private, token=token, licence=licence, replace=replace)

    @property
    def title(self) -> str:
        """What kind of problem it answers, in words."""
        return self.task.title

    @property
    def input(self) -> Transform[Any, Any]:
        """What reads its inputs."""
        side: Transform[Any, Any] = self.codec.input
        return side

    @property
    def target(self) -> Transform[Any, Any]:
        """What its answers are made of."""
        side: Transform[Any, Any] = self.codec.target
        return side

    @property
    def kinds(self) -> tuple[str | None, str | None]:
        """What its inputs and its answers are, by the names of their transforms; None for what no file can name."""
        return TRANSFORMS.name_of(type(self.codec.input)), TRANSFORMS.name_of(type(self.codec.target))

    @property
    def on_processor(self) -> bool:
        """Whether it runs on a processor, where passes of many cost as much as so many passes of one."""
        return self.device.type == "cpu"

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of what is told apart, where the answer is one of several names."""
        return tuple(getattr(self.codec.target, "names", ()))

    def __repr__(self) -> str:
        return f"<Predictor {self.card.name or 'without a name'}: {self.task.title}>"

    def _refuse_broken(self, outputs: Tensor, first: int) -> None:
        broken = (~outputs.flatten(1).isfinite().all(1)).nonzero().flatten().tolist()
        if broken:
            raise TrainingError(
                f"no answer for input {listed([first + each for each in broken])}: the model gives numbers that are not finite",
                hint="load an earlier file, or train again",
            )
