"""A model carried out of the house, from its file to what stands elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from fledge.core.errors import UnknownName, UsageError
from fledge.jobs.export_loss import Labelled, Loss
from fledge.predictor.export import export_onnx
from fledge.predictor.model_file import load
from fledge.predictor.onnx_compare import Comparison
from fledge.predictor.onnx_description import Weights
from fledge.predictor.onnx_snippet import snippet
from fledge.predictor.predictor import Predictor
from fledge.predictor.torch_export import export_torch
from fledge.predictor.torch_snippet import torch_snippet

WAYS = {"onnx": ".onnx", "torch": ".pt2"}
"""What a copy of a model can be, and how the names of such files end."""


@final
@dataclass(frozen=True)
class Written:
    """What was written, what was measured of it, and how to use it."""

    path: Path
    bytes: int
    before: int | None = None
    """The size of the model's own file."""
    comparison: Comparison | None = None
    loss: Loss | None = None
    usage: str = ""
    """How it is used where there is no fledge."""

    def lines(self) -> list[tuple[str, str]]:
        """What to print: a word for each line, and the line."""
        size = f"{self.bytes / 1e6:.2f} MB" + (
            "" if self.before is None else f"; the model file has {self.before / 1e6:.2f} MB"
        )
        told = [("Wrote", f"{self.path} ({size})")]
        if self.comparison is not None and self.comparison.count:
            told.append(("Same", str(self.comparison)))
        if self.loss is not None:
            told.append(("Loss", str(self.loss)))
        return told

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        found = self.comparison
        figures = None if self.loss is None else {side: getattr(self.loss, side).value for side in ("original", "copy")}
        return {
            "path": str(self.path),
            "bytes": self.bytes,
            "bytes_before": self.before,
            "compared": None if found is None else {"count": found.count, "same": found.same, "off": found.off},
            "loss": None if self.loss is None or figures is None else {"what": self.loss.what, **figures},
            "usage": self.usage,
        }

    def to_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False)


def export(
    model: str | Path | Predictor,
    out: str | Path | None = None,
    *,
    to: str = "onnx",
    weights: Weights = "float32",
    data: str | Path | None = None,
    target: str | Sequence[str] = (),
) -> Written:
    """Writes a copy of a model (a file or a predictor) for use elsewhere, to `out` or beside the model.

    To "onnx", a graph that runs without torch: its answers are compared with the original's, and nothing is written if they
    differ. `weights` "float16" and "int8" make it smaller, at a loss that is measured on labelled `data` (a folder or table;
    `target` names a table's columns to be told). To "torch", a program for `torch.export.load`, compared in the same way.
    """
    if to not in WAYS:
        raise UnknownName("way to export", to, WAYS)
    if to == "torch" and weights != "float32":
        raise UsageError(f"a program of torch's keeps its numbers as they are, not as {weights}", hint="export it to onnx")
    predictor, own = (model, None) if isinstance(model, Predictor) else (load(model), Path(model))
    path = Path(out) if out is not None else _beside(own, to)
    before = None if own is None else own.stat().st_size
    labelled = None if data is None else Labelled.of(str(data), (target,) if isinstance(target, str) else tuple(target))
    items = labelled.inputs if labelled else ()
    if to == "torch":
        made = export_torch(predictor, path, items=items)
        return Written(path, made.bytes, before, made.comparison, usage=torch_snippet(path, made.program))
    done = export_onnx(predictor, path, weights=weights, items=items)
    loss = None if labelled is None else Loss.of(predictor, done.predictor, labelled)
    return Written(path, done.bytes, before, done.comparison, loss, snippet(path, done.predictor))


def _beside(own: Path | None, to: str) -> Path:
    if own is None:
        raise UsageError("a predictor has no place of its own", hint='say where to: export(predictor, "bird.onnx")')
    return own.with_suffix(WAYS[to])
