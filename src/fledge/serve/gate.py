"""Who is let in: the right host, no other site's page, and the token where one is asked for."""

from __future__ import annotations

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

    def __post_init__(self) -> None:
        if self.token is not None and not (len(self.token) >= _SHORTEST and self.token.isascii() and self.token.isprintable()):
            raise UsageError(f"the token is too easy to guess: it needs at least {_SHORTEST} plain characters")

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
        if call.header("sec-fetch-site") not in (None, "none", "same-origin") and not (page and _is_followed_link(call)):
            raise Foreign("requests from other sites' pages are not answered")

    def check_token(self, call: Call) -> None:
        """Refuses requests without the token, taking the same time for any wrong one."""
        if self.token is None:
            return
        scheme, _, given = (call.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), self.token.encode()):
            raise NoToken("this server asks for a token", hint="send the header Authorization: Bearer TOKEN")

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


def _is_followed_link(call: Call) -> bool:
    """Whether a person goes to a page of ours from another site: that site sees nothing of it."""
    return (call.method, call.header("sec-fetch-mode"), call.header("sec-fetch-dest")) == ("GET", "navigate", "document")
