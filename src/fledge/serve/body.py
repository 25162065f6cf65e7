"""Receiving request bodies: each within its limit and in time, and all together within one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import final

from fledge.serve.call import Call
from fledge.serve.limits import Limits
from fledge.serve.problem import Busy, Refused, TooLarge, TooSlow, UnknownMedia


@final
class Bodies:
    """Holds the bodies of the requests that are being answered."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.held = 0

    @asynccontextmanager
    async def of(self, call: Call) -> AsyncIterator[bytearray]:
        """A request's body, counted among those held until the block ends."""
        self._check(call)
        body = bytearray()
        try:
            await self._receive_in_time(call, body)
            yield body
        finally:
            self.held -= len(body)

    def _check(self, call: Call) -> None:
        """What the headers tell of the body already."""
        if call.header("content-encoding") not in (None, "identity"):
            raise UnknownMedia("compressed bodies are not read", hint="send it as it is, without Content-Encoding")
        length = call.header("content-length")
        if length is not None and length.isascii() and length.isdigit() and int(length[:20]) > self._limits.body:
            raise self._too_large()

    async def _receive_in_time(self, call: Call, body: bytearray) -> None:
        try:
            async with asyncio.timeout(self._limits.body_time):
                await self._receive(call, body)
        except TimeoutError:
            raise TooSlow(f"only {len(body)} bytes of the body arrived within {self._limits.body_time:g} s") from None

    async def _receive(self, call: Call, body: bytearray) -> None:
        while not call.received:
            message = await call.receive()
            if message["type"] == "http.disconnect":
                raise Refused("the sender went away")
            part = message.get("body", b"")
            if len(body) + len(part) > self._limits.body:
                raise self._too_large()
            if self.held + len(part) > self._limits.bodies:
                raise Busy("too much is being received at once", seconds=1)
            body += part
            self.held += len(part)
            call.received = not message.get("more_body", False)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"a body has at most {self._limits.body / 1e6:g} MB", hint="send fewer or smaller files at once")
