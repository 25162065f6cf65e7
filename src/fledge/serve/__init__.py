"""A predictor behind HTTP, and its web page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fledge.core.names import Table

if TYPE_CHECKING:
    from fledge.serve.app import build_app as build_app
    from fledge.serve.gate import Gate as Gate
    from fledge.serve.limits import Limits as Limits

__all__ = ["Gate", "Limits", "build_app"]

_NAMES = Table(
    "name",
    {
        "Gate": "fledge.serve.gate:Gate",
        "Limits": "fledge.serve.limits:Limits",
        "build_app": "fledge.serve.app:build_app",
    },
)
"""For apps around this one; found on first use, so that `fledge serve --help` loads none of it."""


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _NAMES[name]
