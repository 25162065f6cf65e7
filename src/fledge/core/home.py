"""Where fledge keeps what it may throw away."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """`FLEDGE_HOME`, or the platform's cache folder; made on first use by whoever writes there."""
    if chosen := os.environ.get("FLEDGE_HOME"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "fledge"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/fledge").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "fledge"
