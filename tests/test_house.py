"""The shape of the house: what ARCHITECTURE.md says, held against the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
MODULES = sorted((SOURCE / "fledge").rglob("*.py"))
PLACE = re.compile(r"(fledge(?:\.\w+)+):\w+")

each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))


@cache
def floors() -> tuple[str, ...]:
    """The floors from the top down, read from the table in ARCHITECTURE.md."""
    return tuple(re.findall(r"^\| `(\w+)(?:/|\.py)` \|", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.MULTILINE))


def floor_of(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def name_of(module: Path) -> str:
    parts = module.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), module)


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each module of ours that is imported, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            yield node.lineno, node.module or ""
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)


def places(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and module of each `module:attribute` written as text, as in a table of names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (found := PLACE.fullmatch(node.value)):
            yield node.lineno, found[1]


def climbs(module: str, tree: ast.Module) -> list[str]:
    """Every import of ours, or name in a table, that points up."""
    order, own = floors(), floor_of(module)
    ours = [(line, name) for line, name in (*imports(tree), *places(tree)) if name.split(".")[0] == "fledge"]
    return [
        f"line {line}: {own}/ names {name} above it" for line, name in ours if order.index(floor_of(name)) < order.index(own)
    ]


def test_every_folder_is_a_floor_and_every_floor_is_described_once() -> None:
    folders = {path.parent.name for path in (SOURCE / "fledge").glob("*/__init__.py")}
    assert len(floors()) == len(set(floors()))
    assert folders <= set(floors())


@each_module
def test_imports_point_down(module: Path) -> None:
    assert climbs(name_of(module), tree_of(module)) == []


def test_an_import_that_points_up_is_found() -> None:
    up = ast.parse("def f():\n    from fledge.training.learner import Learner\n")
    assert climbs("fledge.core.names", up) == ["line 2: core/ names fledge.training.learner above it"]
    table = ast.parse("T = Table('x', {'a': 'fledge.training.learner:Learner'})")
    assert len(climbs("fledge.core.names", table)) == 1
    assert climbs("fledge.training.learner", ast.parse("import fledge.core.names")) == []


@each_module
def test_imports_name_the_file_that_owns_the_thing(module: Path) -> None:
    for line, name in imports(tree_of(module)):
        is_package = (SOURCE / Path(*name.split("."))).is_dir()
        assert not (name.split(".")[0] == "fledge" and is_package), f"{module}:{line} imports from the package {name}"


@each_module
def test_nothing_is_imported_by_star(module: Path) -> None:
    stars = [node.lineno for node in ast.walk(tree_of(module)) if isinstance(node, ast.alias) and node.name == "*"]
    assert stars == []


@each_module
def test_every_module_opens_with_what_it_is_about(module: Path) -> None:
    first = (ast.get_docstring(tree_of(module)) or "").partition("\n")[0]
    assert first.endswith((".", "?")), f"{module} needs a docstring whose first line is a sentence"


@each_module
def test_importing_a_module_does_nothing_else(module: Path) -> None:
    """At the top of a module things are imported, named and defined; nothing is called for its effect."""
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree_of(module).body:
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        conditional_import = isinstance(node, ast.If) and all(isinstance(each, allowed) for each in (*node.body, *node.orelse))
        when_run = isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
        assert isinstance(node, allowed) or text or conditional_import or when_run, f"{module}:{node.lineno} acts on import"


@each_module
def test_every_name_in_a_table_has_a_file(module: Path) -> None:
    for line, name in places(tree_of(module)):
        assert (SOURCE / Path(*name.split("."))).with_suffix(".py").is_file(), (
            f"{module}:{line} names {name}, which is not there"
        )


@pytest.mark.promise("G5")
def test_import_fledge_opens_nothing_starts_nothing_and_loads_no_torch() -> None:
    watch = """
import sys, threading
def hook(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if writes or event.split(".")[0] in ("socket", "subprocess") or event in ("os.fork", "os.posix_spawn", "os.system"):
        seen.append((event, str(args)))
seen = []
sys.addaudithook(hook)
import fledge
heavy = sorted({"torch", "timm", "torchvision", "matplotlib", "numpy", "polars", "sklearn"} & set(sys.modules))
print(seen, heavy, threading.active_count())
"""
    # -B: the interpreter's own bytecode cache is not an effect of ours.
    command = [sys.executable, "-B", "-c", watch]
    done = subprocess.run(command, env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] [] 1"
