"""An ONNX file of ours as a predictor. Nothing in it is run but a graph of standard operators."""

from __future__ import annotations

import os
import stat
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fledge.core.errors import ModelFileError, Unavailable, UsageError, shown
from fledge.core.onnx_form import OnnxForm
from fledge.core.onnx_graph import OnnxGraph
from fledge.core.strict_json import parse
from fledge.predictor.onnx_description import OnnxDescription
from fledge.predictor.onnx_predictor import OnnxPredictor

SUFFIX = ".onnx"
_QUIETLY = sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
_ONLY_ERRORS = 3
_LARGEST = 1 << 31


def load_onnx(path: str | Path, *, verify: bool = True, device: Any = "cpu") -> OnnxPredictor:
    """The predictor in a file that `export` made; `verify=False` skips the digest.

    The file's form is checked before ONNX Runtime sees it: every operator is one of the standard, and nothing in it points
    to another file.
    """
    if str(device) not in ("cpu", "auto"):
        raise UsageError(f"an exported model runs on the processor, not on {shown(str(device))}", hint="leave --device out")
    return predictor_in(opened(path, verify=verify))


def opened(path: str | Path, *, verify: bool = True) -> OnnxForm:
    """A file whose form has been checked."""
    return OnnxForm.of(Path(path), _bytes_of(path), verify=verify)


def predictor_in(form: OnnxForm) -> OnnxPredictor:
    """The predictor that a checked file holds."""
    predictor = OnnxPredictor(described_in(form), _session(form))
    _check_fit(predictor, str(form.path))
    return predictor


def described_in(form: OnnxForm) -> OnnxDescription:
    """What a file says of itself."""
    graph: list[OnnxGraph] = []

    def find(data: Any, place: str) -> Any:
        if not graph:  # most files keep no arrays, and their graphs needn't be looked through
            graph.append(OnnxGraph.of(form))
        return graph[0].array(form, data.get("tensor") if isinstance(data, dict) and len(data) == 1 else None, place)

    return OnnxDescription.unpacked(parse(form.words["fledge"].encode(), f"{form.path}: $"), str(form.path), find)


def need_runtime() -> None:
    """Says at once what has to be installed."""
    if find_spec("onnxruntime") is None:
        raise Unavailable(
            "running an exported model needs onnxruntime, which is not installed", hint="pip install 'fledge[onnx]'"
        )


def _session(form: OnnxForm) -> Any:
    need_runtime()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ONLY_ERRORS
    # Numbers kept in fewer bits become float32 once, when the file is loaded.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        return onnxruntime.InferenceSession(form.data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it has a class of its own for each reason, and says what it is
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelFileError(f"{form.path}: $.graph: ONNX Runtime refuses it: {reason}") from error


def _check_fit(predictor: OnnxPredictor, where: str) -> None:
    """Refuses a graph that takes or gives something else than the words beside it say."""
    takes = [each.name for each in predictor.session.get_inputs()]
    gives = {each.name: each.shape for each in predictor.session.get_outputs()}
    if takes != list(predictor.input.names):
        raise ModelFileError(f"{where}: $.reading: the graph takes {shown(takes)}, not {shown(list(predictor.input.names))}")
    due = predictor.target
    if not {due.output, *due.beside} <= set(gives) or not due.fits(gives[due.output]):
        raise ModelFileError(f"{where}: $.saying: the graph gives {shown(gives)}, not {due.width} {due.output}")


def _bytes_of(path: str | Path) -> bytes:
    """A regular file's content, without ever waiting for a pipe or a device."""
    hint = "pass the path of a model exported by fledge"
    try:
        handle = os.open(path, os.O_RDONLY | _QUIETLY)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelFileError(f"{shown(str(path), limit=300)} can't be opened: {reason}", hint=hint) from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise ModelFileError(f"{path} is not a regular file", hint=hint)
        if found.st_size >= _LARGEST:
            raise ModelFileError(f"{path}: {found.st_size} bytes are more than an ONNX file holds", hint=hint)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)
