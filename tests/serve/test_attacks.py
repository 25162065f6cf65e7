"""Requests made up by chance or by ill will."""

from __future__ import annotations

import json
import sys
import time
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fledge.serve.app import App, build_app
from tests.counts import count
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, ask_now, form, png

PATHS = [
    "/",
    "/predict",
    "/schema",
    "/examples/0",
    "/examples/-1",
    "/static/page.js",
    "/static/../app.py",
    "//",
    "/%00",
    "/metrics",
]
KINDS = [
    FORM["content-type"],
    "application/json",
    "image/png",
    "image/svg+xml",
    "text/csv",
    "",
    "multipart/form-data;boundary=\x7f",
]
NAMES = st.sampled_from(
    ["content-type", "accept", "range", "cookie", "x-forwarded-host", "expect", "if-none-match", "content-length"]
)
PICTURE = png(pictures(1)[0])
BODIES = st.one_of(
    st.binary(max_size=200),
    st.builds(form, st.binary(max_size=50), st.just(PICTURE)),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=20), st.just(b64encode(PICTURE).decode())),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["file", "path", "url", ""]), inner, max_size=3)
        ),
    ).map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda cut, flip: PICTURE[:cut] + flip + PICTURE[cut + len(flip) :], st.integers(0, len(PICTURE)), st.binary(max_size=4)
    ),
)


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(small_predictor())


@pytest.mark.slow
@pytest.mark.promise("E5")
def test_no_made_up_request_brings_the_server_to_fail_or_hang(app: App) -> None:
    @settings(max_examples=count(100, 100_000), database=None)
    @given(
        method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "\x7f"]),
        path=st.sampled_from(PATHS) | st.text(max_size=20).map(lambda text: "/" + text.encode("utf-8", "ignore").decode()),
        kind=st.sampled_from(KINDS),
        headers=st.dictionaries(NAMES, st.text(st.characters(max_codepoint=255), max_size=40), max_size=3),
        body=BODIES,
    )
    def request(method: str, path: str, kind: str, headers: dict[str, str], body: bytes) -> None:
        started = time.perf_counter()
        got = ask_now(app, method, path.encode("ascii", "replace").decode(), {"content-type": kind} | headers, body)
        assert got.status < 500
        assert b"Traceback" not in got.body
        assert time.perf_counter() - started < count(20, 2)  # with other tests beside it the machine may be slow

    request()


UPWARDS = ["../", "..%2f", "%2e%2e/", "%252e%252e%252f", "..%c0%af", "..\\", "..%5c", "....//", "..;/", "/", "//", "%00/"]
TARGETS = ["etc/passwd", "proc/self/environ", "model.safetensors", "windows/win.ini", "app.py"]
NAMED = [
    *(f"{up}{target}" for up in ("/", "../../") for target in TARGETS),
    "../model.safetensors",
    "C:\\boot.ini",
    "\\\\evil.example\\share",
    "~/.ssh/id_rsa",
    "file:///etc/passwd",
    "http://169.254.169.254/",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:22/",
    "http://[::1]/",
    "https://evil.example/model.safetensors",
    "//evil.example/",
    "ftp://evil.example/",
    "gopher://127.0.0.1:6379/_x",
    "dict://127.0.0.1:11211/stat",
    "jar:http://evil.example!/",
    "hf://user/birds",
    "s3://bucket/key",
    "data:image/png;base64,AA",
    "os:system",
    "builtins.exec",
    "${jndi:ldap://evil.example/}",
    "|id",
]
TRAVERSALS = [
    template.format(path)
    for template in ("/{}", "/static/{}", "/examples/{}", "/docs/{}", "/predict?file={}")
    for path in (*(up * 3 + target for up in UPWARDS for target in TARGETS), *NAMED)
]
JSON = {"content-type": "application/json"}
HEADERS = ["referer", "x-forwarded-host", "x-original-url", "x-rewrite-url", "content-location"]


@pytest.mark.promise("E7")
def test_no_request_opens_a_file_a_connection_or_a_program(app: App) -> None:
    seen: list[Any] = []
    watching = False

    def watch(event: str, arguments: Any) -> None:
        if watching and event in (
            "open",
            "socket.connect",
            "socket.getaddrinfo",
            "subprocess.Popen",
            "os.system",
            "exec",
            "import",
        ):
            seen.append((event, arguments[:1]))

    sys.addaudithook(watch)
    ask_now(app, "POST", "/predict", FORM, form(PICTURE))  # whatever is imported on first use
    asked: list[tuple[str, str, dict[str, str], bytes]] = [("GET", path, {}, b"") for path in TRAVERSALS]
    for value in NAMED:
        asked += [
            ("POST", "/predict", JSON, json.dumps({name: value}).encode()) for name in ("file", "path", "url", "model", "image")
        ]
        asked += [("GET", "/nothing", {header: value}, b"") for header in HEADERS]
        asked.append(("POST", "/predict", FORM, form(value.encode()).replace(b'"x"', f'"{value}"'.encode())))
    assert len(asked) >= 500
    watching = True
    try:
        statuses = {ask_now(app, *each).status for each in asked}
    finally:
        watching = False
    assert statuses <= {400, 404, 422}
    assert seen == []
