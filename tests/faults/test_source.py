"""What our own source may not contain."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "fledge"
MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "torch.hub"}
CALLS = {"eval", "exec", "compile", "__import__"}
ATTRIBUTES = {"torch.load", "torch.export.load", "torch.jit.load", "torch.hub", "torch.package", "numpy.load", "np.load"}
IMPORTERS = {"import_module", "importlib.import_module"}
TABLES = SOURCE / "core" / "names.py"


def dangers(tree: ast.AST, *, may_import: bool = False) -> Iterator[str]:
    """What in a module could make data into code."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found = {name.name for name in names}
            case ast.ImportFrom(module=module, names=names):
                found = {str(module), *(f"{module}.{name.name}" for name in names)}
            case ast.Call(func=ast.Name(id=name)):
                found = {name} & (CALLS | IMPORTERS)
            case ast.Attribute():
                found = {ast.unparse(node)} & (ATTRIBUTES | IMPORTERS | MODULES)
            case _:
                continue
        banned = {name for name in found if name in CALLS | ATTRIBUTES or name.split(".")[0] in MODULES or name in MODULES}
        banned |= set() if may_import else {name for name in found if name in IMPORTERS}
        yield from (f"line {node.lineno}: {name}" for name in sorted(banned))


@pytest.mark.promise("A3")
@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_in_the_source_makes_data_into_code(path: Path) -> None:
    assert list(dangers(ast.parse(path.read_text(encoding="utf-8")), may_import=path == TABLES)) == []


@pytest.mark.promise("A3")
@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "from torch import load",
        "import torch\ntorch.load(path)",
        "import torch\nread = torch.load",
        "torch.hub.load('a', 'b')",
        "torch.export.load(path)",
        "eval(text)",
        "exec(text)",
        "__import__(name)",
        "from importlib import import_module",
        "import importlib\nimportlib.import_module(name)",
        "import joblib",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_the_search_finds_what_it_looks_for(code: str) -> None:
    assert list(dangers(ast.parse(code)))


def test_the_search_leaves_harmless_code_alone() -> None:
    assert not list(dangers(ast.parse("model.eval()\nre.compile(x)\nself.load(path)\nfrom safetensors.torch import load_file")))
