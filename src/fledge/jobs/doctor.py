"""What this machine has, and what is missing for what."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, final

from fledge.core.errors import FledgeError
from fledge.core.home import home
from fledge.data.cache_room import caches_in, usual_limit
from fledge.jobs.checked import counted

_BASE = (
    *("torch", "torchvision", "timm", "safetensors", "msgspec", "pillow", "polars", "scikit-learn", "soundfile"),
    *("tokenizers", "click", "rich", "matplotlib", "numpy"),
)

_EXTRAS = {
    "serve": (("starlette", "uvicorn", "python-multipart"), "a model behind HTTP, and its web page"),
    "onnx": (("onnx", "onnxscript", "onnxruntime"), "models for other programs"),
    "boost": (("xgboost",), "boosted trees beyond scikit-learn's"),
    "hf": (("transformers",), "pretrained networks for texts"),
}
"""What each extra of the install brings, and for what."""


@final
@dataclass(frozen=True)
class Examined:
    """What was found: facts to print, each under a word, and what is missing."""

    facts: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    faults: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        return {"facts": dict(self.facts), "missing": list(self.missing), "faults": list(self.faults)}

    def to_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False)


def examined() -> Examined:
    """Looks at the machine, what is installed, the device that would be used, and the cache; tries a small training step."""
    absent = [name for name in _BASE if _version(name) is None]
    facts = [("Machine", _machine()), ("Python", f"{platform.python_version()} ({sys.executable})"), *_packages()]
    faults = [f"{name} is not installed: pip install fledge brings it" for name in absent]
    if "torch" not in absent:
        try:
            facts += _torch()
        except (ImportError, OSError, FledgeError) as error:
            faults.append(f"torch can't be used: {error}")
    try:
        facts += _folders()
    except OSError as error:
        faults.append(f"the cache in {home()} can't be looked at: {error.strerror}")
    return Examined(tuple(facts), tuple(_missing()), tuple(faults))


def _machine() -> str:
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{platform.system()} {platform.release()}, {platform.machine()}, {mine} processors{_memory()}"


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not every system says
        return ""
    return f", {size / 1e9:.0f} GB of memory"


def _packages() -> Iterator[tuple[str, str]]:
    """Versions, ours first."""
    yield "fledge", _version("fledge") or "not installed, run from a folder of sources"
    yield "Needs", ", ".join(f"{name} {found}" for name in _BASE if (found := _version(name)))


def _torch() -> list[tuple[str, str]]:
    """The build of torch, and what fledge would choose with it."""
    import torch

    from fledge.core.devices import choose_device
    from fledge.core.precision import choose_precision

    chosen = choose_device()
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "for processors"
    return [
        ("Torch", f"{torch.__version__}, built {build}, {counted(torch.get_num_threads(), 'thread')}"),
        ("Device", f"{chosen}{_card(chosen.device)}"),
        ("Numbers", str(choose_precision(chosen.device))),
    ]


def _card(device: Any) -> str:
    if device.type != "cuda":
        return ""
    import torch

    free, whole = torch.cuda.mem_get_info(device)
    return f": {torch.cuda.get_device_name(device)}, {free / 1e9:.0f} of {whole / 1e9:.0f} GB free"


def _folders() -> list[tuple[str, str]]:
    """Where fledge keeps what it may throw away, and Hugging Face its weights; how full both are."""
    cache = home() / "cache"
    caches = caches_in(cache) if cache.is_dir() else []
    size = sum(each.bytes for each in caches)
    limit = f" of {usual_limit(cache) / 1e9:.1f} GB at most" if cache.is_dir() else ""
    return [
        ("Cache", f"{cache}: {size / 1e9:.2f} GB{limit} (FLEDGE_HOME moves it)"),
        ("Weights", f"{_weights()} (HF_HOME moves it)"),
        ("Disk", f"{shutil.disk_usage(_existing(home())).free / 1e9:.0f} GB free there"),
    ]


def _weights() -> Path:
    """Where Hugging Face keeps pretrained weights."""
    if chosen := os.environ.get("HF_HUB_CACHE"):
        return Path(chosen)
    return Path(
        os.environ.get("HF_HOME", Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface")), "hub"
    ).expanduser()


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())


def _missing() -> Iterator[str]:
    """What each extra would bring that isn't there."""
    for extra, (packages, purpose) in _EXTRAS.items():
        if absent := [name for name in packages if _version(name) is None]:
            yield f"{', '.join(absent)} for {purpose}: pip install 'fledge[{extra}]'"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
