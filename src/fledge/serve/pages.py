"""The files that a server hands out: its pages, and the model's examples."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from fledge.serve.call import Reply
from fledge.serve.kinds import input_kind

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

_SCRIPTS = (
    "page",
    "docs",
    "server",
    "asking",
    "answers",
    "programs",
    "files",
    "form",
    "pad",
    "taste",
    "camera",
    "drawing",
    "sound",
)
STATIC = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/docs": ("docs.html", "text/html; charset=utf-8"),
    "/static/page.css": ("page.css", "text/css; charset=utf-8"),
    "/static/icon.svg": ("icon.svg", "image/svg+xml"),
    **{f"/static/{name}.js": (f"{name}.js", "text/javascript; charset=utf-8") for name in _SCRIPTS},
}
"""The page is the same for every model and tells nothing of this one, so it needs no token."""


EXAMPLES = "examples"
"""The path below which the examples lie."""


def examples_of(predictor: AnyPredictor) -> dict[int, Reply]:
    """The held-back examples that came with the model, by their places, as bodies; those that can't be shown are left out."""
    if predictor.examples is None:
        return {}
    found = (input_kind(predictor).example(predictor.input, each) for each in predictor.examples.inputs)
    return {place: Reply(*each) for place, each in enumerate(found) if each is not None}


def pages() -> dict[str, Reply]:
    """The files of the pages, read once."""
    folder = files("fledge.serve").joinpath("static")
    return {path: Reply(folder.joinpath(name).read_bytes(), kind) for path, (name, kind) in STATIC.items()}
