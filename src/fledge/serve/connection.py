"""One connection's bytes: what uvicorn's HTTP leaves open to slow and unending senders is closed here."""

from __future__ import annotations

import asyncio
from typing import Any, final

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from fledge.core.strict_json import render
from fledge.serve.limits import Limits
from fledge.serve.problem import TYPE, Refused, problem

_READ_AT_ONCE = 1 << 16
_FEW_PIECES, _USUAL_PIECE = 1024, 256


@final
class Sifted(h11.Connection):
    """HTTP/1.1 that refuses bodies in crumbs: a piece costs the same however small it is, so many small ones cost much."""

    pieces = size = 0

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.pieces = self.size = 0
        elif isinstance(event, h11.Data):
            self.pieces += 1
            self.size += len(event.data)
            if self.pieces > _FEW_PIECES + self.size // _USUAL_PIECE:
                raise h11.RemoteProtocolError("the body comes in too small pieces")
        return event


class Connection(H11Protocol):
    """uvicorn's protocol with a deadline for headers, and its refusals as problems."""

    limits = Limits()

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: Any = None) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = Sifted(h11.SERVER, self.limits.headers)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        transport.max_size = _READ_AT_ONCE  # so that no sender's bytes keep the others waiting for long
        self._watch_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuses bytes that are no HTTP, as far as there is still something to be said."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = render(problem(Refused("this is no HTTP request, or more than is read"), ""))
            headers = [("content-type", TYPE), ("content-length", str(len(body))), ("connection", "close")]
            for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch_headers(self) -> None:
        """Runs the deadline from the first moment a request is due or begun until its headers are here."""
        due = self.conn.their_state is h11.IDLE and (self.cycle is None or bool(self.conn.trailing_data[0]))
        if not due:
            self._stop_watching()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.limits.header_time, self.transport.close)

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def connections(limits: Limits) -> type[Connection]:
    """The protocol with these limits, as uvicorn takes it: a class."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
