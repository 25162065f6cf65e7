"""What a model file says of itself, and whether it still answers as it did."""

from __future__ import annotations

from pathlib import Path

from fledge.core.errors import ModelFileError
from fledge.core.tensorfile import TensorFile
from fledge.jobs.inspected import Inspected, bounded
from fledge.models.architecture import Custom
from fledge.predictor.description import Description
from fledge.predictor.model_file import described_in, load

_MODEL = "model."


def inspected_model(path: Path) -> Inspected:
    """Reads a model file, every byte of it, and lets it answer its stored examples again."""
    file = TensorFile.open(path)
    described = described_in(file, {})
    test, fault = _self_test(path, described)
    weights = [entry for name, entry in file.entries.items() if name.startswith(_MODEL)]
    return Inspected(
        path=path,
        bytes=path.stat().st_size,
        digest=file.digest,
        task=described.task.title,
        input=bounded(described.codec.input),
        target=bounded(described.codec.target),
        classes=tuple(getattr(described.codec.target, "names", ())),
        network=bounded(described.architecture),
        numbers=sum(entry.size for entry in weights),
        kinds=tuple(sorted({str(entry.dtype).removeprefix("torch.") for entry in weights})),
        card=described.card,
        test=test,
        fault=fault,
    )


def _self_test(path: Path, described: Description) -> tuple[str, bool]:
    """How the self-test went, and whether it failed."""
    if isinstance(described.architecture, Custom):
        return f"not run: its network is {described.architecture.class_name}, code of whoever saved it", False
    if not described.examples:
        load(path, verify=False)  # refuses what doesn't fit together
        return "not run: it holds no examples", False
    try:
        load(path, verify=False, check=True)
    except ModelFileError as error:
        return error.message, True
    return f"passed: {len(described.examples)} stored examples give the answers they gave when it was saved", False
