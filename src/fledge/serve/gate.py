"""Who is let in: the right host, no other site's page, and the token where one is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address
from typing import final

from fledge.core.errors import UsageError, shown
from fledge.serve.call import Call
from fledge.serve.problem import Foreign, NoToken

LOCAL = ("localhost", "127.0.0.1", "::1")
"""The names under which a machine is known to itself alone."""

_SHORTEST = 16
_SITE = re.compile(r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")


@final
@dataclass(frozen=True)
class Gate:
    """Refuses a request before anything of its body is read.

    A page of another site can send requests to a server on the reader's own machine, and by making its own name point
    there (DNS rebinding) read the answers too. The `Host` a browser sends gives that away, as do `Origin` and
    `Sec-Fetch-Site`; programs send neither of the last two.
    """

    hosts: tuple[str, ...] | None = LOCAL
    """The names this server goes by; nothing for any, where an app around this one checks them."""
    addresses: bool = False
    """Whether it also goes by any bare address, which can't be made to point anywhere else."""
    token: str | None = None
    frames: tuple[str, ...] = ()
    """The sites whose pages may show ours in a frame, such as "https://huggingface.co"; browsers see to it."""

    def __post_init__(self) -> None:
        if self.token is not None and not (len(self.token) >= _SHORTEST and self.token.isascii() and self.token.isprintable()):
            raise UsageError(f"the token is too easy to guess: it needs at least {_SHORTEST} plain characters")
        for each in self.frames:
            if not _SITE.fullmatch(each):
                raise UsageError(f"{shown(each)} is no site", hint="say it as https://huggingface.co, without a path")

    def check_site(self, call: Call, *, page: bool) -> None:
        """Refuses requests meant for another host, and those that another site's page makes; it may link to a `page`."""
        host = (call.header("host") or "").lower()
        if self.hosts is not None and not self._is_ours(host):
            raise Foreign(
                f"this server does not go by the name {shown(host, limit=60)}",
                hint="whoever runs it can allow it: --allow-host",
            )
        origin = call.header("origin")
        if origin is not None and origin.lower().partition("://")[2] != host:
            raise Foreign("requests from other sites' pages are not answered")
        if call.header("sec-fetch-site") not in (None, "none", "same-origin") and not (page and self._is_opened(call)):
            raise Foreign("requests from other sites' pages are not answered")

    def check_token(self, call: Call) -> None:
        """Refuses requests without the token, taking the same time for any wrong one."""
        if self.token is None:
            return
        scheme, _, given = (call.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), self.token.encode()):
            raise NoToken("this server asks for a token", hint="send the header Authorization: Bearer TOKEN")

    def _is_opened(self, call: Call) -> bool:
        """Whether a page of ours is opened from another site, by a link or in a frame: that site sees nothing of it."""
        shown_in = ("document", "iframe") if self.frames else ("document",)
        return (call.method, call.header("sec-fetch-mode")) == ("GET", "navigate") and call.header("sec-fetch-dest") in shown_in

    def _is_ours(self, host: str) -> bool:
        name = _without_port(host)
        return name in (self.hosts or ()) or (self.addresses and _is_address(name))


def _without_port(host: str) -> str:
    """
    >>> _without_port("localhost:8000"), _without_port("[::1]:8000"), _without_port("localhost:evil")
    ('localhost', '::1', 'localhost:evil')
    """
    name, colon, port = host.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or "]" in port:
        name = host
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
