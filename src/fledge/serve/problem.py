"""Refusals as HTTP says them: `application/problem+json` with the library's stable codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from fledge.core.errors import DataError, FledgeError, OutOfMemory, UsageError
from fledge.core.strict_json import JsonObject

TYPE = "application/problem+json"


class Refused(FledgeError):
    """A request that can't be meant, or is not let in."""

    status: ClassVar[int] = 400
    code = "bad_request"

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What HTTP wants to be said beside it."""
        return ()


class NoToken(Refused):
    """A request without the token that this server asks for."""

    status = 401
    code = "token"

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("www-authenticate", "Bearer"),)


class Foreign(Refused):
    """A request that another site's page made, or that was meant for another host."""

    status = 403
    code = "foreign"


class NotFound(Refused):
    """A path that leads nowhere."""

    status = 404
    code = "not_found"


class WrongMethod(Refused):
    """A path that exists, asked in a way it does not answer to."""

    status = 405
    code = "method"

    def __init__(self, method: str, path: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{path} does not answer to {method}", hint=f"use {' or '.join(allowed)}")
        self.allowed = allowed

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("allow", ", ".join(self.allowed)),)


class TooSlow(Refused):
    """A body that did not arrive in time."""

    status = 408
    code = "too_slow"


class TooLarge(Refused):
    """More than is read."""

    status = 413
    code = "too_large"


class UnknownMedia(Refused):
    """A body of a kind that is not read."""

    status = 415
    code = "media_type"


class HeadersTooLarge(Refused):
    """More headers than are read."""

    status = 431
    code = "headers_too_large"


class Busy(Refused):
    """More waits than can be answered soon."""

    status = 503
    code = "busy"

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message, hint=f"try again in {seconds} s")
        self.seconds = seconds

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("retry-after", str(self.seconds)),)


class NoAnswerInTime(Refused):
    """An answer that took longer than anybody waits."""

    status = 504
    code = "no_answer_in_time"


def status_of(error: Exception) -> int:
    """The HTTP status of an error: 4xx for the sender's, 5xx for ours.

    >>> status_of(DataError("not a picture")), status_of(KeyError("a bug"))
    (422, 500)
    """
    match error:
        case Refused():
            return error.status
        case DataError():
            return 422
        case UsageError():
            return 400
        case OutOfMemory():
            return 503
    return 500


def problem(error: Exception, request: str) -> JsonObject:
    """An error as a problem: its code, what is wrong, what to do next, and the request's id. Of a bug, nothing else is said.

    >>> problem(KeyError("/home/ann"), "5f2c")["detail"]
    "the server failed; its log says why, under this request's id"
    """
    status = status_of(error)
    known = (
        error if isinstance(error, FledgeError) else FledgeError("the server failed; its log says why, under this request's id")
    )
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": known.code,
        "detail": known.message,
        **({} if known.hint is None else {"hint": known.hint}),
        "request": request,
    }
