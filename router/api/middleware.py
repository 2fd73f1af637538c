"""The one middleware: a name for each call, errors as problems, and how long it took."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable, Mapping
from time import perf_counter

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Histogram
from structlog.contextvars import bind_contextvars

from router.api import problems
from router.api.codec import NAME
from router.errors import RouterError

_SAFE = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ELSEWHERE = "elsewhere"
"""The label of what is no address of ours: strangers must not make labels."""

_prefix = secrets.token_hex(4)
_numbers = itertools.count(1)
_log = structlog.get_logger()


class Meter:
    """Counts answers by address and status, and times them by address; keeps the child objects."""

    def __init__(self, registry: CollectorRegistry, names: Mapping[object, str]) -> None:
        self._names = names
        labels = ("route", "status")
        self._counter = Counter("router_http_requests", "Answers given.", labels, registry=registry)
        seconds = Histogram(
            "router_http_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=registry
        )
        self._observe = {name: seconds.labels(name).observe for name in (*names.values(), _ELSEWHERE)}
        self._count: dict[tuple[str, int], Callable[[], None]] = {}

    def name(self, handler: object) -> str:
        """Name the route of a handler."""
        return self._names.get(handler, _ELSEWHERE)

    def note(self, handler: object, status: int, seconds: float) -> None:
        """Note one answer."""
        name = self.name(handler)
        count = self._count.get((name, status))
        if count is None:
            count = self._count[name, status] = self._counter.labels(name, str(status)).inc
        count()
        self._observe[name](seconds)


def answering(meter: Meter) -> Middleware:
    """Make the middleware."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = perf_counter()
        given = request.headers.get("X-Request-Id")
        name = given if given and _SAFE.fullmatch(given) else f"{_prefix}-{next(_numbers)}"
        request[NAME] = name
        bind_contextvars(request_id=name)
        try:
            response = await handler(request)
        except RouterError as error:
            if error.status == RouterError.status:
                _log.exception("call_failed", route=meter.name(handler))
            response = problems.response(error)
        except web.HTTPException as error:
            response = problems.foreign(error)
        except ConnectionError:
            raise  # the client is gone; aiohttp ends the connection
        except Exception:  # noqa: BLE001 - whatever it is, the caller gets a problem and we get a line
            _log.exception("call_failed", route=meter.name(handler))
            response = problems.response(RouterError())
        if not response.prepared:
            response.headers["X-Request-Id"] = name
        meter.note(handler, response.status, perf_counter() - started)
        return response

    return answer
