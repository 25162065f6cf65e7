"""Who is let in."""

from __future__ import annotations

from itertools import product

import pytest

from fledge.core.errors import UsageError
from fledge.serve.app import App, build_app
from fledge.serve.gate import LOCAL, Gate
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, ask_now, form, png

PREDICTOR = small_predictor()
TOKEN = "correct horse battery"
FILE = form(png(pictures(1)[0]))

HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example:8000",
    "localhost@evil.example",
    "",
    "[::1].evil",
    "10.0.0.7",
]
ORIGINS = [
    "http://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://localhost:1",
    "file://",
    "",
    "https://127.0.0.1",
]
SITES = ["cross-site", "same-site", "CROSS-SITE", "unknown"]
ASKED = [("POST", "/predict"), ("GET", "/schema"), ("OPTIONS", "/predict"), ("GET", "/examples/0")]
ATTACKS = [
    *(({"host": host}, asked) for host, asked in product(HOSTS, ASKED)),
    *(({"origin": origin}, asked) for origin, asked in product(ORIGINS, ASKED)),
    *(({"sec-fetch-site": site}, asked) for site, asked in product(SITES, ASKED)),
    *(
        ({"origin": "http://evil.example", "content-type": simple}, ("POST", "/predict"))
        for simple in ("text/plain", "image/png")
    ),
    *(
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, ("GET", path))
        for path in ["/", "/docs"]
    ),
    *(({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, asked) for asked in ASKED),
]


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(PREDICTOR)


@pytest.mark.promise("E6")
def test_no_other_sites_page_gets_anything(app: App) -> None:
    assert len(ATTACKS) >= 80
    for attack, (method, path) in ATTACKS:
        got = ask_now(app, method, path, FORM | attack, FILE if method == "POST" else b"")
        assert (got.status, got.json["code"]) == (403, "foreign"), (attack, method, path)
        assert not any(name.startswith("access-control") for name in got.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "127.0.0.1:8000"},
        {"host": "LOCALHOST:8000"},
        {"host": "[::1]:8000"},
        {"host": "localhost:8000", "origin": "http://localhost:8000", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
)
def test_programs_and_our_own_page_are_let_in(app: App, headers: dict[str, str]) -> None:
    assert ask_now(app, "POST", "/predict", FORM | headers, FILE).status == 200


def test_a_link_from_elsewhere_to_the_page_can_be_followed(app: App) -> None:
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert ask_now(app, "GET", "/", followed).status == 200


@pytest.mark.promise("E10")
@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer \xe9"]
)
def test_without_the_token_nothing_of_the_model_is_told(given: str | None) -> None:
    app = build_app(PREDICTOR, gate=Gate(token=TOKEN))
    headers = {} if given is None else {"authorization": given}
    for method, path in (
        ("POST", "/predict"),
        *(("GET", path) for path in ("/schema", "/metrics", "/openapi.json", "/examples/0")),
    ):
        got = ask_now(app, method, path, headers)
        assert (got.status, got.json["code"], got.headers["www-authenticate"]) == (401, "token", "Bearer")
    assert ask_now(app, "GET", "/health").status == ask_now(app, "GET", "/").status == 200


@pytest.mark.promise("E10")
def test_with_the_token_everything_is_answered() -> None:
    app = build_app(PREDICTOR, gate=Gate(token=TOKEN))
    for scheme in ("Bearer", "bearer"):
        assert ask_now(app, "POST", "/predict", FORM | {"authorization": f"{scheme} {TOKEN}"}, FILE).status == 200


@pytest.mark.promise("E10")
@pytest.mark.parametrize("token", ["", "short", "x" * 15, "\n" * 20, "é" * 20])
def test_a_token_that_can_be_guessed_or_not_be_sent_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="too easy to guess"):
        Gate(token=token)


@pytest.mark.parametrize(
    ("host", "local", "reachable"),
    [("localhost", True, True), ("192.168.1.7:8000", False, True), ("[fe80::1]", False, True), ("evil.example", False, False)],
)
def test_a_server_for_other_machines_goes_by_bare_addresses_too(host: str, local: bool, reachable: bool) -> None:
    for addresses, let_in in ((False, local), (True, reachable)):
        app = build_app(PREDICTOR, gate=Gate(LOCAL, addresses=addresses))
        assert ask_now(app, "GET", "/schema", {"host": host}).status == (200 if let_in else 403)


def test_an_app_around_it_may_check_hosts_itself() -> None:
    app = build_app(PREDICTOR, gate=Gate(None))
    assert ask_now(app, "GET", "/schema", {"host": "birds.example"}).status == 200
    assert ask_now(app, "GET", "/schema", {"host": "birds.example", "origin": "http://evil.example"}).status == 403


def test_a_site_that_is_named_may_show_the_page_in_a_frame_and_nothing_else() -> None:
    app = build_app(PREDICTOR, gate=Gate(frames=("https://huggingface.co",)))
    framed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
    page = ask_now(app, "GET", "/", framed)
    assert (page.status, page.headers["content-security-policy"].rpartition("; ")[2]) == (
        200,
        "frame-ancestors https://huggingface.co",
    )
    assert ask_now(app, "GET", "/schema", framed).status == 403
    assert ask_now(app, "POST", "/predict", FORM | framed, FILE).status == 403
    assert "frame-ancestors 'none'" in ask_now(build_app(PREDICTOR), "GET", "/").headers["content-security-policy"]
