"""Parts of a package are had without the whole, and the whole when it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PART = "from big.part import small"
TELL = "def tell(word, by=1): return [word, everything * by]"
LOADED = "'big.heavy' in sys.modules"


def told(folder: Path, *lines: str) -> list[str]:
    """What a fresh process prints that finds the package `big`, and has deferred it."""
    package = folder / "big"
    package.mkdir()
    (package / "__init__.py").write_text(
        f"from big.heavy import everything\nfrom big.part import small\nwhole = [everything]\n{TELL}\n"
    )
    (package / "heavy.py").write_text("import big\nassert not hasattr(big, 'whole')\neverything = 7\n")
    (package / "part.py").write_text("small = 1\n")
    script = "\n".join(["import sys", "from fledge.core.deferred import defer", "defer('big', version='1.2')", *lines])
    paths = f"{folder}:{':'.join(sys.path)}"
    done = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_part_comes_without_the_rest(tmp_path: Path) -> None:
    assert told(tmp_path, PART, "import big", f"print(small, big.version, {LOADED})") == ["1", "1.2", "False"]


@pytest.mark.parametrize("asked", ["import big; big.whole", "from big import whole", "from big import *; whole"])
def test_whoever_asks_for_more_gets_all_of_it(tmp_path: Path, asked: str) -> None:
    lines = (PART, "before = sys.modules['big']", asked, f"print(before.whole, {LOADED}, before is sys.modules['big'])")
    assert told(tmp_path, *lines) == ["[7]", "True", "True"]


def test_what_a_package_lacks_it_lacks_as_ever(tmp_path: Path) -> None:
    lines = ("import big", "print(hasattr(big, '__wrapped__'))", f"print({LOADED})", "print(hasattr(big, 'nothing'))")
    assert told(tmp_path, *lines, "print(hasattr(big, 'nothing'), '__getattr__' in vars(big))") == [
        *("False", "False", "False"),
        *("False", "False"),
    ]


def test_threads_that_ask_at_once_all_get_it(tmp_path: Path) -> None:
    ask = "from concurrent.futures import ThreadPoolExecutor as Pool; import big"
    assert told(tmp_path, ask, "print(*Pool(8).map(lambda _: big.whole[0], range(8)))") == ["7"] * 8


def test_a_package_that_fails_can_be_asked_again(tmp_path: Path) -> None:
    lines = (
        "import big, builtins",
        "sys.modules['big.heavy'] = None",
        "try: big.whole\nexcept ImportError: print('failed')",
        "del sys.modules['big.heavy']",
        "print(big.whole)",
    )
    assert told(tmp_path, *lines) == ["failed", "[7]"]


def test_a_function_is_imported_without_its_package_and_brings_it_when_called(tmp_path: Path) -> None:
    deferred = ("import big", "del sys.modules['big']", "defer('big', functions=('tell', ))", "from big import tell")
    lines = (
        *deferred,
        f"print({LOADED})",
        "print(*tell('so', by=2), *tell('much'))",
        f"import big; print({LOADED}, big.whole)",
    )
    assert told(tmp_path, *lines) == ["False", "so", "14", "much", "7", "True", "[7]"]
