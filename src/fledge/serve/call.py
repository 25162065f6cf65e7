"""One HTTP request and its reply, as the server's parts hand them on."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Self, final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@final
@dataclass(frozen=True)
class Reply:
    """What goes back: always whole, for answers are small."""

    body: bytes
    kind: str = "application/json"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_json(cls, value: Any, **more: Any) -> Self:
        """A value as JSON."""
        return cls(json.dumps(value, ensure_ascii=False, allow_nan=False).encode(), **more)


@final
@dataclass
class Call:
    """One request: its first line and headers, and a body that is still to be received."""

    scope: Scope
    receive: Receive
    id: str = field(default_factory=lambda: token_hex(8))
    received: bool = False
    """Whether all of the body is here."""

    def __post_init__(self) -> None:
        self.received = self.header("transfer-encoding") is None and self.header("content-length") in (None, "0")

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path below the place where this server is mounted."""
        return str(self.scope["path"]).removeprefix(str(self.scope.get("root_path", "")))

    def header(self, name: str) -> str | None:
        """One header; where it stands more than once, all of them joined, as HTTP reads them."""
        found = [value.decode("latin-1") for key, value in self.scope["headers"] if key == name.encode()]
        return ", ".join(found) if found else None
