"""The one middleware: a name for each call, errors as problems, and how long it took."""

from __future__ import annotations

import itertools
import re
import secrets
from time import perf_counter

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from structlog.contextvars import bind_contextvars

from router.api import problems
from router.api.codec import NAME
from router.api.meter import Meter
from router.errors import RouterError

_SAFE = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)

_prefix = secrets.token_hex(4)
_numbers = itertools.count(1)
_log = structlog.get_logger()


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
