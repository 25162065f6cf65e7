"""The other libraries, in a virtual environment of their own: `.bench/peers`. They are measured, never depended on.

A peer's side of a figure is a script `_fastai_*.py` or `_lightning_*.py` here, run by that environment's Python.
"""

from __future__ import annotations

import functools
import importlib.metadata
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent / ".bench" / "peers"
PACKAGES = ("fastai>=2.8,<2.9", "lightning>=2.6,<2.7", "timm", "fastapi", "uvicorn", "python-multipart")
SHARED = ("torch", "torchvision", "timm", "pillow", "numpy")
"""What both environments have in the same version, so that only the library differs."""


@functools.cache
def peer_python() -> Path:
    """The Python of the peers' environment, which is made (minutes, some GB) where it is missing."""
    python, ready = PEERS / "bin" / "python", PEERS / ".installed"
    if not ready.exists():
        sys.stderr.write(f"making {PEERS} with {', '.join(PACKAGES)} ...\n")
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        same = PEERS / "same.txt"
        same.write_text("".join(f"{name}=={importlib.metadata.version(name)}\n" for name in SHARED), encoding="utf-8")
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES, "--constraint", str(same)], check=True)
        ready.touch()
    return python


if __name__ == "__main__":
    sys.stdout.write(f"{peer_python()}\n")
