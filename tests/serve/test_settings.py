"""What a server is told."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from fledge.core.errors import Unavailable, UsageError
from fledge.serve.extra import need_extra
from fledge.serve.limits import Limits
from fledge.serve.settings import Settings, url


@pytest.mark.promise("E10")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "birds.example"])
def test_whoever_serves_other_machines_gets_a_token(host: str) -> None:
    settings = Settings("bird", host=host).with_token()
    assert settings.token is not None
    assert len(settings.token) == 32
    assert settings.with_token() == settings
    assert settings.token != Settings("bird", host=host).with_token().token


@pytest.mark.promise("E10")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_alone_needs_none(host: str) -> None:
    assert Settings("bird", host=host).with_token().token is None


@pytest.mark.promise("E10")
def test_only_who_says_public_serves_other_machines_without_a_token() -> None:
    assert Settings("bird", host="0.0.0.0", public=True).with_token().token is None
    with pytest.raises(UsageError, match="a server that is public asks for no token"):
        Settings("bird", host="0.0.0.0", public=True, token="correct-horse-battery")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"workers": 0}, "workers=0"),
        ({"batch": 0}, "batch=0"),
        ({"token": "guess"}, "too easy"),
        ({"frames": ("https://a.example; script-src *",)}, "is no site"),
        ({"frames": ("*",)}, "is no site"),
        ({"frames": ("https://a.example/b",)}, "is no site"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_slow(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Settings("bird", **wrong)


@pytest.mark.parametrize("wrong", [{"body": 0}, {"header_time": float("nan")}, {"waiting": -1}])
def test_a_limit_of_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="a limit is above 0"):
        Limits(**wrong)


def test_the_address_is_one_to_click_on() -> None:
    with Settings("bird", port=0).listen() as listening:
        port = listening.getsockname()[1]
        assert url(Settings("bird"), listening) == f"http://127.0.0.1:{port}/"
        token = "correct-horse-battery"
        assert url(Settings("bird", host="::1", token=token), listening) == f"http://[::1]:{port}/#token={token}"
        assert "0.0.0.0" not in url(Settings("bird", host="0.0.0.0"), listening)


@pytest.mark.parametrize("host", ["127.0.0.1", "no such host", "192.0.2.1"])
def test_a_place_that_cannot_be_had_is_named(host: str) -> None:
    with Settings("bird", port=0).listen() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"'{host}', port {port}: "):
            Settings("bird", host=host, port=port).listen()


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fledge.serve.extra._PACKAGES", ("uvicorn", "not_there"))
    with pytest.raises(Unavailable, match=r"needs not_there(.|\n)*fledge\[serve\]"):
        need_extra()


def test_no_part_of_a_reply_waits_for_the_part_before_to_be_acknowledged() -> None:
    async def option() -> int:
        found = asyncio.get_running_loop().create_future()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with Settings("bird", port=0).listen() as listening:
            async with await asyncio.start_server(connected, sock=listening):
                _, writer = await asyncio.open_connection(*listening.getsockname())
                said: int = await found
                writer.close()
                await writer.wait_closed()
        return said

    assert asyncio.run(option())
