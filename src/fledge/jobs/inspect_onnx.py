"""What an exported model says of itself, and how it was compared with the one it was made from; needs no torch."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fledge.core.onnx_form import DIGEST, OnnxForm
from fledge.core.onnx_graph import OnnxGraph
from fledge.jobs.inspected import Inspected, bounded
from fledge.predictor.onnx_description import OnnxDescription
from fledge.predictor.onnx_file import described_in, opened, predictor_in


def inspected_onnx(path: Path) -> Inspected:
    """Reads an exported model, every byte of it, and lets ONNX Runtime take it in where that is installed."""
    form = opened(path)
    described, graph = described_in(form), OnnxGraph.of(form)
    return Inspected(
        path=path,
        bytes=len(form.data),
        digest=form.words[DIGEST],
        task=described.title,
        input=bounded(described.reading),
        target=bounded(described.saying),
        classes=tuple(getattr(described.saying, "names", ())),
        network=f"an ONNX graph of {graph.operators:,} operators of version {graph.version}, kept in {described.weights}",
        numbers=sum(each.size for each in graph.tensors.values()),
        kinds=tuple(sorted({each.kind for each in graph.tensors.values()})),
        card=described.card,
        test=_test(form, described),
        fault=False,
    )


def _test(form: OnnxForm, described: OnnxDescription) -> str:
    """Whether it runs here, and how it was compared when it was written."""
    compared = f"when it was written, {described.compared}" if described.compared.count else "it was never compared"
    if find_spec("onnxruntime") is None:
        return f"{compared}; not run here, for onnxruntime is not installed: pip install 'fledge[onnx]'"
    predictor_in(form)  # refuses what doesn't fit together
    return compared
