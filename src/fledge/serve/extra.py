"""What serving needs beyond the core."""

from __future__ import annotations

from importlib.util import find_spec

from fledge.core.errors import Unavailable, listed

_PACKAGES = ("uvicorn", "python_multipart")


def need_extra() -> None:
    """Says at once what has to be installed."""
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise Unavailable(f"serving needs {listed(missing)}, which is not installed", hint="pip install 'fledge[serve]'")
