"""The web application: the tables become routes, each behind its roles."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from router.api import closing, pages, routes
from router.api.auth import GATE, NOBODY, Gate
from router.api.chat import WAITING
from router.api.hooks import ACCOUNTS
from router.api.meter import Meter
from router.api.middleware import answering
from router.api.route import Route
from router.api.stream import OPEN
from router.api.world import World

KEEPALIVE_S = 65
"""Longer than the 60 s of common proxies, so that it is they who close an idle connection."""

LINGER_S = 2
"""How long what is left of a refused body is read away before the connection closes."""

_HEADER_MAX = 8190


class _Strangers(logging.LoggerAdapter[logging.Logger]):
    """The log of the HTTP protocol, in which a stranger's broken request is no line at all.

    Our own errors never get here: the middleware has them.
    """

    def exception(self, msg: object, *args: object, exc_info: object = True, **_: object) -> None:
        """Log what is not the doing of whoever called."""
        if not isinstance(exc_info, HttpProcessingError | web.RequestPayloadError):
            self.logger.error(msg, *args, exc_info=exc_info)  # type: ignore[arg-type] # an exception or True


_SETTINGS = {
    "logger": _Strangers(logging.getLogger("router.http"), {}),
    "keepalive_timeout": KEEPALIVE_S,
    "lingering_time": LINGER_S,
    "access_log": None,
    "max_line_size": _HEADER_MAX,
    "max_field_size": _HEADER_MAX,
}
"""Of the HTTP protocol. No access log: at ten thousand events a second it would be the work."""

Bound = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(world: World) -> web.Application:
    """Make the application that serves the API and the pages of a world."""
    gate = Gate(world.keys)
    table = [(route, bound(route, world, gate)) for route in (*routes.TABLE, *pages.TABLE)]
    meter = Meter(world.registry, {handler: f"{route.method} {route.path}" for route, handler in table})
    app = web.Application(middlewares=[answering(meter)], client_max_size=0, handler_args=_SETTINGS)
    for route, handler in table:
        path = route.path.replace("{tail}", "{tail:.+}")  # the rest of the path, however long
        app.router.add_route(route.method, path, handler)
        if route.method == "GET" and route.head:
            app.router.add_route("HEAD", path, handler)
    app[GATE], app[OPEN], app[WAITING], app[closing.CLOSING] = gate, set(), set(), asyncio.Event()
    accounts = world.settings.accounts
    app[ACCOUNTS] = {(one.channel, one.provider, one.name): one for one in accounts}
    app.on_shutdown.append(closing.begin)
    return app


def bound(route: Route, world: World, gate: Gate) -> Bound:
    """Give a route's handler what it needs, behind its roles."""
    handler, roles = route.handler, route.roles
    if roles is None:

        async def open_call(request: web.Request) -> web.StreamResponse:
            return await handler(world, NOBODY, request)

        return open_call
    tickets = "ticket" in route.query.__struct_fields__

    async def call(request: web.Request) -> web.StreamResponse:
        caller = gate.known(request) or await gate.meet(request, tickets=tickets)
        return await handler(world, caller.may(roles), request)

    return call
