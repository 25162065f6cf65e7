"""What no sender can do to a server, tried byte by byte over a socket."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import psutil
import pytest

from fledge.serve.app import build_app
from fledge.serve.limits import Limits
from tests.counts import count
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, all_of, form, png, raw, serving, status

LIMITS = Limits(body=200_000, headers=4096, header_time=0.5, body_time=0.5)
HEAD = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FILE = png(pictures(1)[0])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(build_app(small_predictor(), limits=LIMITS), LIMITS) as port:
        yield port


def is_fine(port: int) -> bool:
    body = form(FILE)
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {FORM['content-type']}\r\n"
    return status(raw(port, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)) == 200


def answer_times(port: int) -> list[float]:
    """How long each of some requests takes, from the quickest to the slowest."""
    times = []
    for _ in range(count(10, 500)):
        started = time.monotonic()
        assert is_fine(port)
        times.append(time.monotonic() - started)
    return sorted(times)


@pytest.mark.promise("E4")
def test_bodies_beyond_the_limit_are_refused_in_little_memory(port: int) -> None:
    own, numbers = psutil.Process(), random.Random(0)
    assert is_fine(port)
    before = own.memory_info().rss
    for _ in range(count(3, 50)):
        size = numbers.randint(LIMITS.body + 1, 10 * LIMITS.body)
        declared = HEAD + f"Content-Length: {size}\r\n\r\n".encode()
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        assert status(raw(port, declared)) == 413
        assert status(raw(port, declared, *[b"x" * 4096] * 200)) in (413, 0)  # it may be closed while we still send
        assert status(raw(port, CHUNKED, *[chunk] * 30)) in (413, 0)
        assert status(raw(port, CHUNKED, *[b"1\r\nx\r\n" * 1000] * 300)) in (400, 413, 0)
    assert own.memory_info().rss - before < 2 * LIMITS.body + 8_000_000  # threads and sockets of the test itself among it
    assert is_fine(port)


@pytest.mark.promise("E4")
def test_a_body_shorter_than_it_says_is_waited_for_until_its_deadline(port: int) -> None:
    started = time.monotonic()
    reply = raw(port, HEAD + b"Content-Length: 1000\r\n\r\nonly this")
    assert (status(reply), b'"code": "too_slow"' in reply) == (408, True)
    assert b"only 9 bytes" in reply
    assert 0.4 < time.monotonic() - started < 30  # far from the time after which a whole answer is given up


@pytest.mark.promise("E3")
@pytest.mark.slow
def test_slow_senders_are_let_go_and_hold_up_nobody() -> None:
    begun = [b"", b"POST /pre", HEAD, HEAD + b"Content-Length: 1000\r\n\r\n", CHUNKED + b"5\r\nab"]
    limits = replace(LIMITS, header_time=count(0.5, 20.0), body_time=count(0.5, 20.0))
    with serving(build_app(small_predictor(), limits=limits), limits) as port, ExitStack() as slow:
        alone = answer_times(port)
        opened = [slow.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count(100, 1000))]
        for place, each in enumerate(opened):
            each.sendall(begun[place % len(begun)])
        beside = answer_times(port)
        for each in opened:
            each.settimeout(limits.header_time + 60)
            assert status(all_of(each)) in (0, 408)  # it ends, and doesn't run into that time
    assert beside[-1] < count(20, 2)  # with other tests beside it the machine may be slow
    place = len(alone) * 99 // 100
    assert beside[place] < count(20, 2 * alone[place])


@pytest.mark.promise("E3")
@pytest.mark.parametrize("byte", [b"x", b"\r\n", b"X-Header: y\r\n"])
def test_headers_that_drip_are_cut_off_at_one_deadline(port: int, byte: bytes) -> None:
    started = time.monotonic()
    assert status(raw(port, b"GET / HTTP/1.1\r\n", *[byte] * 40, wait=0.05)) in (0, 400)
    assert time.monotonic() - started < count(30, 5)


@pytest.mark.parametrize(
    "headers", [b"X: " + b"y" * 10_000, b"X: y\r\n" * 1000, b"X: " + b"y" * 4000 + b"\r\nZ: " + b"y" * 4000]
)
def test_headers_beyond_the_limit_are_refused(port: int, headers: bytes) -> None:
    assert status(raw(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + b"\r\n\r\n")) in (
        400,
        431,
    )


@pytest.mark.promise("E12")
@pytest.mark.parametrize(
    "line", [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"]
)
def test_what_is_no_http_gets_a_problem(port: int, line: bytes) -> None:
    head, _, body = raw(port, line + b"\r\n\r\n").partition(b"\r\n\r\n")
    assert (status(head), b"application/problem+json" in head, json.loads(body)["code"]) == (400, True, "bad_request")


def test_garbage_after_a_reply_ends_the_connection(port: int) -> None:
    reply = raw(port, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00\x01garbage\r\n\r\n", wait=0.1)
    assert reply.startswith(b"HTTP/1.1 200")
    assert is_fine(port)


def test_requests_sent_in_one_go_are_answered_in_order(port: int) -> None:
    request = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
    reply = raw(
        port, request % (b"health", b"") + request % (b"nothing", b"") + request % (b"health", b"Connection: close\r\n")
    )
    assert [reply.count(each) for each in (b"HTTP/1.1 200", b"HTTP/1.1 404")] == [2, 1]


@pytest.mark.promise("E8")
def test_clients_that_leave_leave_nothing_behind(port: int) -> None:
    own, numbers, body = psutil.Process(), random.Random(1), form(FILE)
    whole = HEAD.replace(b"image/png", FORM["content-type"].encode()) + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    assert is_fine(port)
    before = own.num_fds()
    for _ in range(count(40, 2000)):
        with socket.create_connection(("127.0.0.1", port)) as each:
            each.sendall(whole[: numbers.randint(0, len(whole))])
    deadline = time.monotonic() + 60
    while own.num_fds() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert own.num_fds() <= before
    assert is_fine(port)
    assert b'fledge_waiting{worker="0"} 0' in raw(
        port, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
