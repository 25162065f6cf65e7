"""The fledge at work as a wheel, made of its own files: for a place that can get it nowhere else."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fledge.core.errors import Unavailable

_WHEEL = "Wheel-Version: 1.0\nGenerator: fledge\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LEFT_OUT = {"__pycache__"}


def installed() -> Distribution:
    """What is known of this fledge since it was installed: its version, and what it stands on."""
    try:
        return distribution("fledge")
    except PackageNotFoundError:
        raise Unavailable(
            "this fledge is run from a folder of sources, so nothing says what it stands on", hint="install it: pip install ."
        ) from None


def own_wheel(folder: Path) -> Path:
    """Writes the wheel into a folder: the same bytes each time, whether fledge was installed from a wheel or to be edited."""
    found = installed()
    described = f"fledge-{found.version}.dist-info"
    file = folder / f"fledge-{found.version}-py3-none-any.whl"
    recorded = []
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in (*_sources(), *_description(found, described)):
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
            digest = urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
            recorded.append(f"{name},sha256={digest},{len(content)}\n")
        archive.writestr(ZipInfo(f"{described}/RECORD"), "".join([*recorded, f"{described}/RECORD,,\n"]), ZIP_DEFLATED)
    return file


def _sources() -> Iterator[tuple[str, bytes]]:
    """Every file of the package, in one order."""
    package = Path(__file__).parents[1]
    for file in sorted(package.rglob("*")):
        if file.is_file() and not _LEFT_OUT & set(file.parts):
            yield f"fledge/{file.relative_to(package).as_posix()}", file.read_bytes()


def _description(found: Distribution, folder: str) -> Iterator[tuple[str, bytes]]:
    yield f"{folder}/WHEEL", _WHEEL.encode()
    # A checkout that was installed to be edited may be described as eggs are, under another name.
    for name, others in (("METADATA", ("PKG-INFO",)), ("entry_points.txt", ()), ("licenses/LICENSE", ())):
        if text := next(filter(None, map(found.read_text, (name, *others))), None):
            yield f"{folder}/{name}", text.encode()
