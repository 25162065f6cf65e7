"""What a server is told before it starts."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from secrets import token_urlsafe
from typing import Self, final

from fledge.core.errors import UsageError, shown
from fledge.serve.gate import LOCAL, Gate
from fledge.serve.limits import Limits

_BACKLOG = 2048


@final
@dataclass(frozen=True)
class Settings:
    """Which model, where, for whom, and how much."""

    model: str
    host: str = "127.0.0.1"
    port: int = 8000
    names: tuple[str, ...] = ()
    """Names the server goes by beside those of its own machine."""
    token: str | None = None
    public: bool = False
    """Whether anybody who reaches the server may ask, without a token."""
    frames: tuple[str, ...] = ()
    """The sites whose pages may show this server's page in a frame."""
    workers: int = 1
    batch: int | None = None
    device: str = "cpu"
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise UsageError(f"workers={self.workers}: at least one process answers")
        if self.batch is not None and self.batch < 1:
            raise UsageError(f"batch={self.batch}: a batch holds at least one input")
        if self.public and self.token:
            raise UsageError(
                "a server that is public asks for no token", hint="leave --public out, or --token and FLEDGE_TOKEN"
            )
        self.gate()  # a token that is too short is refused before anything slow

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server.

        >>> Settings("m", host="127.0.0.1").is_local, Settings("m", host="0.0.0.0").is_local
        (True, False)
        """
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False

    def with_token(self) -> Self:
        """These settings with a token, made up if there is none, other machines can reach the server and it isn't public."""
        return self if self.is_local or self.token or self.public else replace(self, token=token_urlsafe(24))

    def gate(self) -> Gate:
        """Who is let in."""
        names = (*LOCAL, *(name.lower() for name in self.names), *(() if self.is_local else (socket.gethostname().lower(),)))
        return Gate(names, addresses=not self.is_local, token=self.token, frames=self.frames)

    def listen(self) -> socket.socket:
        """The socket that the server's processes share."""
        host = "127.0.0.1" if self.host == "localhost" else self.host
        # Said to be TCP, or asyncio lets small packets wait for each other: 40 ms for each reply on a connection that is kept.
        listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # a reader that never takes its reply is let go
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * self.limits.answer_time))
            listening.bind((host, self.port))
            listening.listen(_BACKLOG)
        except (OSError, OverflowError) as error:
            listening.close()
            reason = error.strerror if isinstance(error, OSError) else "there is no such port"
            raise UsageError(
                f"the server can't listen on {shown(self.host)}, port {self.port}: {reason}", hint="--port 0 finds a free port"
            ) from None
        return listening


def url(settings: Settings, listening: socket.socket) -> str:
    """Where a person finds the page; a token stands behind the `#`, which browsers keep to themselves."""
    host = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(settings.host, settings.host)
    token = f"#token={settings.token}" if settings.token else ""
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/{token}"
