"""Asking a server: an app directly, or over a socket."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PIL import Image

from fledge.serve.app import App
from fledge.serve.call import Message
from fledge.serve.limits import Limits
from fledge.serve.server import server

BOUNDARY = "between-the-parts"
FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


@dataclass
class Got:
    """A reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def png(pixels: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def form(*files: bytes, field: str = "file") -> bytes:
    """Files as the body of a form."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="x"\r\n\r\n'.encode()
    return b"".join(head + file + b"\r\n" for file in files) + f"--{BOUNDARY}--\r\n".encode()


async def ask(
    app: Callable[..., Any], method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Got:
    """One request to an app, without a socket."""
    given = {"host": "localhost", **({"content-length": str(len(body))} if body else {}), **(headers or {})}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    return Got(
        start["status"],
        {name.decode(): value.decode("latin-1") for name, value in start["headers"]},
        b"".join(each["body"] for each in rest),
    )


def ask_now(
    app: Callable[..., Any], method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Got:
    return asyncio.run(ask(app, method, path, headers, body))


@contextmanager
def serving(app: App, limits: Limits | None = None) -> Iterator[int]:
    """The port on which an app answers, in a thread."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port: int = listening.getsockname()[1]
        running = server(app, limits or Limits())
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not running.started:
                assert thread.is_alive(), "the server ended before it began"
                time.sleep(0.005)
            yield port
        finally:
            running.should_exit = True
            thread.join()


def raw(port: int, *parts: bytes, wait: float = 0.0, timeout: float = 60.0) -> bytes:
    """Sends bytes, `wait` seconds after each part, and gives all that comes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(wait)
        except OSError:
            pass  # it was closed while we sent
        return all_of(connection)


def all_of(connection: socket.socket) -> bytes:
    """All that comes until the other side closes the connection."""
    got = b""
    try:
        while part := connection.recv(65536):
            got += part
    except ConnectionError:
        pass
    return got


def status(reply: bytes) -> int:
    """The status of a raw reply; 0 where there is none."""
    return int(reply[9:12]) if reply.startswith(b"HTTP/1.1 ") else 0
