"""A predictor as a program of torch's own: from what comes after reading to what an answer tells. Written, never read."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, final

import torch
from torch import Tensor, nn

from fledge.core.errors import ModelFileError, UsageError
from fledge.core.files import write_atomically
from fledge.core.record import pack, pack_fields
from fledge.core.strict_json import JsonObject, render
from fledge.predictor.description import TABLES, Sides
from fledge.predictor.export import examples_of
from fledge.predictor.exported import Exported
from fledge.predictor.onnx_compare import Comparison
from fledge.predictor.onnx_description import OnnxDescription
from fledge.predictor.onnx_export import (
    Whole,
    column_of_names,
    description_of,
    dynamic_sizes,
    has_canvas,
    quietly,
    samples,
    takes_pairs,
)
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import TASKS
from fledge.transforms.reading import Array
from fledge.transforms.row_columns import UNKNOWN
from fledge.transforms.row_graph import places_of

SUFFIX = ".pt2"
ABOUT = "fledge.json"
"""The extra file in which stands what is to be known of a program."""


@final
@dataclass(frozen=True, eq=False)
class Program(Exported):
    """A program, and how inputs become its inputs; it answers as the file does that holds it."""

    described: OnnxDescription
    exported: torch.export.ExportedProgram
    module: nn.Module
    given: tuple[Tensor, ...]
    """The inputs that torch followed through it."""
    places: Mapping[int, Mapping[str, int]]
    """For each of its inputs that is a column of names, which number stands for which."""

    @classmethod
    def of(cls, predictor: Predictor) -> Self:
        """The program of a predictor; how many inputs are asked about at once is left open."""
        described = description_of(predictor, "float32")
        if takes_pairs(described):
            raise UsageError(
                "a model that recommends can't be exported as a program of torch's, which would hold no names",
                hint="export it to ONNX: fledge export MODEL --to onnx",
            )
        given = samples(predictor, described)
        sizes = (tuple(dynamic_sizes(described, place) for place in range(len(given))),)
        with quietly():
            try:
                exported = torch.export.export(
                    Whole(predictor, described.reading.shared).eval(), tuple(given), dynamic_shapes=sizes
                )
            except Exception as error:  # dozens of kinds
                reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
                raise ModelFileError(f"torch can't export this network: {reason}") from error
        columns = {place: column_of_names(described, place) for place in range(len(given))}
        places = {place: places_of(column) for place, column in columns.items() if column is not None}
        return cls(described, exported, exported.module(), tuple(given), places)

    def run(self, batch: Sequence[Array], first: int = 0) -> list[Array]:
        """All that the program gives for a batch, on the scale people read."""
        with torch.no_grad():
            found = self.module(*(self._tensor(*each) for each in enumerate(batch)))
        return [each.numpy() for each in (found if isinstance(found, tuple) else (found,))]

    def about(self, predictor: Predictor, compared: Comparison) -> JsonObject:
        """What stands beside the program: its inputs in order, and the words that an ONNX file holds too."""
        names = self.described.reading.names
        sides = Sides(predictor.codec.input, predictor.codec.target)
        described = replace(self.described, compared=compared.told)
        return {
            "inputs": list(names),
            "places": {names[place]: dict(known) for place, known in self.places.items()},
            **described.packed(pack(predictor.task, TASKS, tables=TABLES), pack_fields(sides, tables=TABLES), _keep_nothing),
        }

    def _tensor(self, place: int, values: Array) -> Tensor:
        if place and has_canvas(self.described):
            return torch.zeros(values.tolist(), dtype=torch.uint8)
        if place not in self.places:
            return torch.from_numpy(values)
        return torch.tensor([self.places[place].get(each, UNKNOWN) for each in values.tolist()])


@final
@dataclass(frozen=True)
class TorchExport:
    """What was written, how large it is, and how its answers compare with the original's."""

    path: Path
    bytes: int
    program: Program
    comparison: Comparison


def export_torch(predictor: Predictor, path: str | Path, *, items: Iterable[Any] = ()) -> TorchExport:
    """Writes a program for `torch.export.load`, with `fledge.json` as an extra file in it.

    Its answers are compared with the predictor's on the stored examples and on `items`, and nothing is written if they
    differ by more than 1e-4.
    """
    if Path(path).suffix.lower() != SUFFIX:
        raise UsageError(f"{path} is no name for a program of torch's", hint=f"let it end in {SUFFIX}")
    program = Program.of(predictor)
    comparison = Comparison.of(predictor, program, [*examples_of(predictor), *items])
    comparison.check()
    data = _bytes(program.exported, render(program.about(predictor, comparison)).decode())
    write_atomically(path, lambda file: _write(file, data), needed=len(data))
    return TorchExport(Path(path), len(data), program, comparison)


def _bytes(exported: torch.export.ExportedProgram, about: str) -> bytes:
    """The content of a file, without the inputs that torch followed through the graph."""
    exported.example_inputs = None
    file = io.BytesIO()
    with quietly():
        torch.export.save(exported, file, extra_files={ABOUT: about})
    return file.getvalue()


def _keep_nothing(value: Any, path: str) -> None:
    """All that is said of a program is words: what would take an array, a recommender, is refused before."""


def _write(file: Any, data: bytes) -> None:
    file.write(data)
