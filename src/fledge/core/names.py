"""Tables of names: things picked by name, found on first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, final

from fledge.core.errors import UnknownName


@final
class Table(Mapping[str, Any]):
    """Names of one kind, and where each thing stands as `module:attribute`.

    A table is closed: what is not written in it can't be asked for, so a name read from a file
    never decides what is imported.

    >>> shapes = Table("shape", {"path": "pathlib:PurePosixPath"})
    >>> shapes["path"].__name__
    'PurePosixPath'
    """

    def __init__(self, kind: str, places: Mapping[str, str]) -> None:
        self.kind = kind
        self._places = dict(places)
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._places:
            raise UnknownName(self.kind, name, self._places)
        if name not in self._found:
            module, _, attribute = self._places[name].partition(":")
            self._found[name] = getattr(import_module(module), attribute)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def name_of(self, thing: type) -> str | None:
        """The name a class stands under, or nothing if it is not in the table."""
        place = f"{thing.__module__}:{thing.__qualname__}"
        return next((name for name, known in self._places.items() if known == place), None)
