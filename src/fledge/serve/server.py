"""One process that answers, until it is told to end."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import final

import uvicorn

from fledge.core.allocator import keep_freed_memory
from fledge.predictor.loading import load
from fledge.serve.app import App, build_app
from fledge.serve.connection import connections
from fledge.serve.first_thread import FirstThread
from fledge.serve.limits import Limits
from fledge.serve.settings import Settings

DRAIN = 10
"""Seconds that requests which were taken on have left once the server is told to end."""

_LAST_BYTES = 0.2
_MANY_HANDLES = 65_536


def serve(settings: Settings, listening: socket.socket, *, worker: int = 0, ready: Callable[[], None] = lambda: None) -> None:
    """Loads the model, says that it is `ready`, and answers until SIGTERM or SIGINT; what was taken on is answered first.

    This thread has to be the process's first: it computes, and hears signals, while another one speaks HTTP.
    """
    keep_freed_memory()
    computer = FirstThread()
    app = build_app(
        load(settings.model, device=settings.device),
        gate=settings.gate(),
        limits=settings.limits,
        batch=settings.batch,
        worker=worker,
        computer=computer,
    )
    _allow_many_connections()
    ready()
    speaking = server(app, settings.limits)

    def speak() -> None:
        with computer:
            speaking.run(sockets=[listening])

    with speaking.capture_signals(), ThreadPoolExecutor(1, "fledge-http") as thread:
        spoken = thread.submit(speak)
        computer.work()
        spoken.result()


def server(app: App, limits: Limits) -> Draining:
    """What runs an app over HTTP, with what of the limits an app can't see to."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=connections(limits),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # requests are logged by the app, and what it can't answer is the sender's fault
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN,
    )
    return Draining(config)


@final
class Draining(uvicorn.Server):
    """A server that, told to end, takes no new connection and first reads what the open ones sent already."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in (*self.servers, *(sockets or ())):
            each.close()
        await asyncio.sleep(_LAST_BYTES)
        await super().shutdown(sockets)


def _allow_many_connections() -> None:
    """Raises this process's own limit on open files as far as it may, so that slow senders can't use it up."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MANY_HANDLES if hard == resource.RLIM_INFINITY else min(_MANY_HANDLES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
