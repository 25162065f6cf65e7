"""How a program of torch's is run where there is no fledge: a few lines of Python with torch alone."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from fledge.predictor.onnx_export import has_canvas
from fledge.predictor.torch_export import ABOUT, Program

_SCRIPT = """\
import json
import torch

extra = {{{about!r}: ""}}
program = torch.export.load({path!r}, extra_files=extra).module()
about = json.loads(extra[{about!r}])
given = [{given}]  # {names}
found = program(*given)
"""
_NAMED = """\
for name, number in zip(about["saying"]["names"], found[0].tolist(), strict=True):
    print(name, number)
"""
_OTHER = "print(found[0])\n"


def torch_snippet(path: str | Path, program: Program) -> str:
    """A script that runs as it stands; what it asks about is to be put in place of the zeros in its middle."""
    given = ", ".join(_value(program, place, each) for place, each in enumerate(program.given))
    names = ", ".join(program.described.reading.names)
    named = not program.target.beside and "names" in vars(program.target)  # and so in what is saved of it
    start = _SCRIPT.format(path=str(path), about=ABOUT, given=given, names=names)
    return start + (_NAMED if named else _OTHER)


def _value(program: Program, place: int, given: Tensor) -> str:
    """One input of the kind and size that torch followed through the graph, or a name that training met."""
    if place in program.places:
        column, known = program.described.reading.names[place], list(program.places[place])
        return f'torch.tensor([about["places"][{column!r}][{known[-1]!r}]])'
    shape = tuple(given.shape) if place and has_canvas(program.described) else (1, *given.shape[1:])
    return f"torch.zeros({shape}, dtype={given.dtype})"
