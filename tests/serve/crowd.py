"""Many clients at once, each of which knows the answer to what it sends."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from tests.serve.calls import FORM, form


@dataclass
class Heard:
    """What all clients together got: how often which status, how long each reply took, and which answers were wrong."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: dict[int, list[float]] = field(default_factory=dict)
    wrong: list[bytes] = field(default_factory=list)
    without_retry: int = 0
    drained: float = 0.0
    """How long the last reply came after the last request."""

    def add(self, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.seconds.setdefault(status, []).append(seconds)

    def percentile(self, share: float, status: int = 200) -> float:
        """The time within which this share of the replies came."""
        times = sorted(self.seconds[status])
        return times[min(len(times) - 1, int(share * len(times)))]


async def crowd(port: int, files: Sequence[bytes], answers: Sequence[bytes], *, clients: int, seconds: float) -> Heard:
    """So many clients, each sending one file after another on a connection of its own for so long."""
    heard, until = Heard(), perf_counter() + seconds
    await asyncio.gather(*(_client(port, files, answers, random.Random(n), until, heard) for n in range(clients)))
    return heard


async def alone(port: int, file: bytes) -> bytes:
    """The body of the answer to one file."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request(file))
        return (await _reply(reader))[2]
    finally:
        writer.close()


async def flood(port: int, files: Sequence[bytes], answers: Sequence[bytes], *, rate: float, seconds: float) -> Heard:
    """So many requests a second, each on a connection of its own, whether the earlier ones were answered or not."""
    heard, started = Heard(), perf_counter()
    tasks = []
    for n in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, started + n / rate - perf_counter()))
        tasks.append(asyncio.create_task(_visitor(port, files[n % len(files)], answers[n % len(files)], heard)))
    sent = perf_counter()
    await asyncio.gather(*tasks)
    heard.drained = perf_counter() - sent
    return heard


async def _client(
    port: int, files: Sequence[bytes], answers: Sequence[bytes], numbers: random.Random, until: float, heard: Heard
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while perf_counter() < until:
            place = numbers.randrange(len(files))
            if await _exchange(reader, writer, files[place], answers[place], heard):
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
    finally:
        writer.close()


async def _visitor(port: int, file: bytes, answer: bytes, heard: Heard) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await _exchange(reader, writer, file, answer, heard)
    finally:
        writer.close()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, file: bytes, answer: bytes, heard: Heard
) -> bool:
    """One request and its reply; whether the server then closes the connection."""
    started = perf_counter()
    writer.write(request(file))
    status, head, body = await _reply(reader)
    heard.add(status, perf_counter() - started)
    if status == 200 and body != answer:
        heard.wrong.append(body)
    if status == 503:
        heard.without_retry += b"retry-after: " not in head
    return b"connection: close" in head


def request(file: bytes) -> bytes:
    """A whole request for the answer to one file."""
    body = form(file)
    headers = FORM | {"host": "localhost", "content-length": str(len(body))}
    lines = ["POST /predict HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _reply(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head[9:12]), head, await reader.readexactly(length)
