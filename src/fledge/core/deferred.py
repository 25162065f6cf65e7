"""Parts of a package without all that its `__init__` brings along."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any


def defer(package: str, functions: tuple[str, ...] = (), **known: object) -> None:
    """Lets modules inside a package be imported before the package's own `__init__` has run.

    Some packages import everything they hold as soon as one part of them is wanted. From now on the package stands
    there with its path and the attributes `known`; whoever asks it for anything else runs its `__init__` in that moment,
    in the same module, and finds what is always there. Its `functions` may be imported from it as well, and run it when
    the first of them is called. A package that is loaded already, or not installed, is left alone.
    """
    parent, _, own = package.rpartition(".")
    if package in sys.modules or (spec := find_spec(package)) is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    completion = _Completion(spec, module)
    vars(module).update({name: completion.later(name) for name in functions}, **known, __getattr__=completion)
    if sys.modules.setdefault(package, module) is module and parent:
        setattr(sys.modules[parent], own, module)


class _Completion:
    """A deferred package's `__getattr__`: runs the package's `__init__`, once, whichever thread asks first."""

    def __init__(self, spec: ModuleSpec, module: ModuleType) -> None:
        self._spec, self._module = spec, module
        self._lock = RLock()
        self._running = False

    def later(self, name: str) -> Callable[..., Any]:
        """Stands in for one of the package's functions, also where it has been imported from the package for good."""

        def function(*given: Any, **named: Any) -> Any:
            with self._lock:
                if self._waits:
                    self._run()
            return getattr(self._module, name)(*given, **named)

        return function

    @property
    def _waits(self) -> bool:
        return vars(self._module).get("__getattr__") is self

    def __call__(self, name: str) -> Any:
        with self._lock:
            waiting = self._waits
            if (waiting and self._running) or (name.startswith("__") and name not in ("__all__", "__version__")):
                # The package asks for what it hasn't defined yet, or the interpreter for what hardly any module has.
                raise AttributeError(f"module {self._module.__name__!r} has no attribute {name!r}")
            if waiting:
                self._run()
        return getattr(self._module, name)

    def _run(self) -> None:
        self._running = True
        try:
            assert self._spec.loader is not None
            self._spec.loader.exec_module(self._module)
        finally:
            self._running = False
        if self._waits:
            del self._module.__getattr__
