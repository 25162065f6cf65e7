"""A predictor as an ASGI app: what `fledge serve` runs, and what goes into an app of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING, Any, final

from fledge.core.errors import shown
from fledge.core.log import log
from fledge.core.openmp import end_own_helpers
from fledge.core.strict_json import JsonObject
from fledge.serve.about import openapi, schema
from fledge.serve.batcher import Batcher
from fledge.serve.body import Bodies
from fledge.serve.call import Call, Receive, Reply, Scope, Send
from fledge.serve.extra import need_extra
from fledge.serve.gate import Gate
from fledge.serve.kinds import File, answer_kind, input_kind
from fledge.serve.limits import Limits
from fledge.serve.metrics import TYPE as METRICS_TYPE
from fledge.serve.metrics import Metrics
from fledge.serve.pages import EXAMPLES, STATIC, examples_of, pages
from fledge.serve.problem import TYPE as PROBLEM_TYPE
from fledge.serve.problem import HeadersTooLarge, NoAnswerInTime, NotFound, Refused, WrongMethod, problem, status_of

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

Handler = Callable[[Call], Awaitable[Reply]]

_PUBLIC = {*STATIC, "/health"}
_PAGES = {"/", "/docs"}

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "media-src": "blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), geolocation=()",
    "cache-control": "no-store",
}


def build_app(
    predictor: AnyPredictor,
    *,
    gate: Gate | None = None,
    limits: Limits | None = None,
    batch: int | None = None,
    worker: int = 0,
    computer: Executor | None = None,
) -> App:
    """The predictor as plain ASGI; it can be mounted anywhere in an app of one's own.

    `gate` says who is let in: unless asked otherwise this machine alone. `batch` is how many waiting inputs are computed in
    one pass. On a processor it is 1 unless asked otherwise, so that every answer is bit for bit that of
    `predictor(input)`; on an accelerator, where passes of many cost little more than those of one, it is 32. `computer` does
    the computing, in place of a thread of its own.
    """
    need_extra()
    usual = 1 if predictor.on_processor else 32
    limits = limits or Limits()
    kind = input_kind(predictor)
    most = usual if batch is None else batch
    batcher = Batcher(predictor, most=most, waiting=limits.waiting, encode=kind.encode, answers=kind.answers, computer=computer)
    predictor.warm()
    if computer is None:  # from here on the batcher's thread computes, and this one doesn't
        end_own_helpers()
    return App(predictor, gate or Gate(), limits, batcher, Metrics(worker))


@final
class App:
    """Answers HTTP requests with one predictor, which none of them can change or name."""

    def __init__(self, predictor: AnyPredictor, gate: Gate, limits: Limits, batcher: Batcher, metrics: Metrics) -> None:
        self._predictor = predictor
        self._gate = gate
        self._limits = limits
        self._batcher = batcher
        sources = _SOURCES | {"frame-ancestors": " ".join(gate.frames) or "'none'"}
        policy = "; ".join(f"{kind} {source}" for kind, source in sources.items())
        self._headers = {"content-security-policy": policy, **_HEADERS}
        self._metrics = metrics
        self._bodies = Bodies(limits)
        self._kind = input_kind(predictor)
        self._said = answer_kind(predictor).said  # unknown ones are refused before the first request
        examples = examples_of(predictor)
        self._files = pages() | {path: Reply(*each) for path, each in self._kind.more(predictor).items()}
        self._files |= {f"/{EXAMPLES}/{place}": reply for place, reply in examples.items()}
        self._examples = tuple(examples)
        self._routes: dict[str, dict[str, Handler]] = {
            **{path: {"GET": self._file} for path in self._files},
            "/predict": {"POST": self._predict},
            "/seen": {"POST": self._seen},
            "/schema": {"GET": self._schema},
            "/openapi.json": {"GET": self._openapi},
            "/health": {"GET": self._health},
            "/metrics": {"GET": self._count},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        if scope["type"] != "http":
            return
        call, started = Call(scope, receive), perf_counter()
        reply = await self._reply(call)
        path = call.path if call.path in self._routes else "other"
        self._metrics.count(path, reply.status, perf_counter() - started)
        log.info("%s %s %s %d", call.id, call.method, shown(call.path), reply.status)
        await self._send(call, reply, send)

    async def _reply(self, call: Call) -> Reply:
        try:
            return await self._handler(call)(call)
        except Exception as error:
            if status_of(error) >= 500 and not isinstance(error, Refused):
                log.exception("request %s failed", call.id)
            headers = error.headers if isinstance(error, Refused) else ()
            return Reply.of_json(problem(error, call.id), kind=PROBLEM_TYPE, status=status_of(error), headers=headers)

    def _handler(self, call: Call) -> Handler:
        """Whoever answers such a request, once it is let in."""
        size = len(call.scope.get("raw_path") or b"") + len(call.scope.get("query_string") or b"")
        if size + sum(len(name) + len(value) + 4 for name, value in call.scope["headers"]) > self._limits.headers:
            raise HeadersTooLarge(f"the request's headers have more than {self._limits.headers} bytes")
        self._gate.check_site(call, page=call.path in _PAGES)
        if call.path not in _PUBLIC:
            self._gate.check_token(call)
        if call.path not in self._routes:
            raise NotFound("there is nothing under this path", hint="GET /docs lists what there is")
        methods = self._routes[call.path]
        handler = methods.get("GET" if call.method == "HEAD" else call.method)
        if handler is None:
            raise WrongMethod(shown(call.method, limit=20), call.path, tuple(methods))
        return handler

    async def _send(self, call: Call, reply: Reply, send: Send) -> None:
        headers = {**self._headers, "content-type": reply.kind, "content-length": str(len(reply.body)), "x-request-id": call.id}
        headers |= dict(reply.headers)
        if not call.received and call.scope.get("http_version", "1.1").startswith("1"):
            headers["connection"] = "close"  # nobody will read the rest of the body
        encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        try:
            async with asyncio.timeout(self._limits.answer_time):
                await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
                await send({"type": "http.response.body", "body": b"" if call.method == "HEAD" else reply.body})
        except TimeoutError:
            log.info("%s nobody took the reply", call.id)

    async def _predict(self, call: Call) -> Reply:
        async with self._inputs(call) as inputs:
            answers = await self._batcher.answers(inputs)
            # A mask takes long to be written down, and is no work for the event loop.
            said = await self._batcher.read(lambda: [self._said(each) for each in answers])
        return Reply.of_json({"answers": said})

    async def _seen(self, call: Call) -> Reply:
        async with self._inputs(call) as inputs:
            picture = await self._batcher.read(self._picture_of, inputs[0])
        if picture is None:
            raise NotFound("there is no picture of what this model sees")
        return Reply(*picture)

    def _picture_of(self, given: Any) -> File | None:
        transform = self._predictor.input
        return self._kind.seen(transform, transform.encode(given))

    @asynccontextmanager
    async def _inputs(self, call: Call) -> AsyncIterator[list[Any]]:
        """What was sent, with a place for each among those that wait; all of the block has to be done in time."""
        self._batcher.check_room()  # before a body is waited for
        async with self._bodies.of(call) as body:
            media, most = call.header("content-type") or "", self._limits.waiting * self._kind.in_a_place
            transform = self._predictor.input
            try:
                async with asyncio.timeout(self._limits.answer_time):
                    with self._batcher.places(1):
                        inputs = await self._batcher.read(self._kind.read, transform, body, media, most)
                    with self._batcher.places(ceil(len(inputs) / self._kind.in_a_place)):
                        yield inputs
            except TimeoutError:
                raise NoAnswerInTime(f"no answer was found within {self._limits.answer_time:g} s") from None

    async def _schema(self, call: Call) -> Reply:
        return Reply.of_json(self._about(schema))

    async def _openapi(self, call: Call) -> Reply:
        return Reply.of_json(self._about(openapi))

    def _about(self, describe: Callable[..., JsonObject]) -> JsonObject:
        return describe(self._predictor, self._limits, examples=self._examples, token=self._gate.token is not None)

    async def _health(self, call: Call) -> Reply:
        return Reply.of_json({"status": "ok"})

    async def _count(self, call: Call) -> Reply:
        now = {
            "waiting": self._batcher.waiting,
            "body_bytes": self._bodies.held,
            "answers_total": self._batcher.answered,
            "batches_total": self._batcher.batches,
        }
        return Reply(self._metrics.text(now).encode(), METRICS_TYPE)

    async def _file(self, call: Call) -> Reply:
        return self._files[call.path]
