"""A predictor carried out of the house: as an ONNX file, or as torch's own exported program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from fledge.core.errors import UnknownName, UsageError
from fledge.core.files import write_atomically
from fledge.core.onnx_form import DIGEST, OnnxForm
from fledge.predictor.onnx_compare import Comparison
from fledge.predictor.onnx_description import Weights
from fledge.predictor.onnx_export import Draft
from fledge.predictor.onnx_file import described_in, predictor_in
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.predictor.predictor import Predictor


@final
@dataclass(frozen=True)
class Exported:
    """What was written, how large it is, and how its answers compare with the original's."""

    path: Path
    bytes: int
    digest: str
    predictor: OnnxPredictor
    comparison: Comparison

    def __str__(self) -> str:
        same = f"{self.comparison.same} of {self.comparison.count} answers are the original's"
        return f"{self.path} ({self.bytes / 1e6:.1f} MB): {same}"


def export_onnx(predictor: Predictor, path: str | Path, *, weights: Weights = "float32", items: Iterable[Any] = ()) -> Exported:
    """Writes an ONNX file that takes what comes after reading: pixels, samples, or the values of columns.

    Its answers are compared with the predictor's on the stored examples and on `items`, and nothing is written if they
    differ by more than 1e-4; with weights in fewer bits ("float16", "int8") that is said and not refused.
    """
    if weights not in ("float32", "float16", "int8"):
        raise UnknownName("kind of weights", weights, ["float32", "float16", "int8"])
    if Path(path).suffix.lower() != ".onnx":
        raise UsageError(f"{path} is no name for an ONNX file", hint="let it end in .onnx")
    draft = Draft.of(predictor, weights)
    made = predictor_in(OnnxForm.of(Path(path), draft.bytes()))
    comparison = Comparison.of(predictor, made, [*examples_of(predictor), *items])
    if weights == "float32":
        comparison.check()
    data = draft.bytes(comparison.told)
    write_atomically(path, lambda file: _write(file, data), needed=len(data))
    form = OnnxForm.of(Path(path), data)
    return Exported(form.path, len(data), form.words[DIGEST], replace(made, described=described_in(form)), comparison)


def examples_of(predictor: Predictor) -> list[Any]:
    """The stored examples, as values that are encoded so."""
    kept = predictor.examples
    return [] if kept is None else [predictor.input.given_again(each) for each in kept.inputs]


def _write(file: Any, data: bytes) -> None:
    file.write(data)
