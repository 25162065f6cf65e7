"""What a served model stands on, in the versions that it answered with here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from fledge.core.errors import Unavailable
from fledge.jobs.own_wheel import installed

_WITHOUT_TORCH = (
    "click",
    "h11",
    "msgspec",
    "numpy",
    "onnxruntime",
    "pillow",
    "polars",
    "python-multipart",
    "scipy",
    "soundfile",
    "uvicorn",
)
"""All that `fledge serve model.onnx` loads."""

_NAME = re.compile(r"[\w.-]+")
_HEAD = """\
# The versions that answered where the model was exported; only their bug fixes come in.
# fledge itself is installed after them, with --no-deps: see the Dockerfile.
"""


def requirements(*, without_torch: bool) -> str:
    """The content of requirements.txt."""
    names = _WITHOUT_TORCH if without_torch else tuple(sorted(set(_needed())))
    return _HEAD + "".join(f"{name}~={_version(name)}\n" for name in names)


def _needed() -> Iterator[str]:
    """What fledge was installed with, and what its server needs."""
    for each in installed().requires or ():
        wanted, _, marker = each.partition(";")
        if (found := _NAME.match(wanted)) and (not marker or 'extra == "serve"' in marker):
            yield found[0]


def _version(name: str) -> str:
    """The version that is installed, without what only a local build says of itself.

    >>> _version("numpy").count("+")
    0
    """
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        raise Unavailable(
            f"the server needs {name}, which is not installed here, so no version of it is known to work",
            hint="pip install 'fledge[serve,onnx]'",
        ) from None
