"""The web application: the tables become routes, each behind its roles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from router.api import closing, pages, routes
from router.api.auth import GATE, NOBODY, Gate
from router.api.hooks import ACCOUNTS
from router.api.middleware import Meter, answering
from router.api.route import Route
from router.api.stream import OPEN
from router.api.world import World

KEEPALIVE_S = 65
"""Longer than the 60 s of common proxies, so that it is they who close an idle connection."""

LINGER_S = 2
"""How long what is left of a refused body is read away before the connection closes."""

_HEADER_MAX = 8190
_SETTINGS = {
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
        app.router.add_route(route.method, route.path, handler)
        if route.method == "GET" and route.head:
            app.router.add_route("HEAD", route.path, handler)
    app[GATE], app[OPEN], app[closing.CLOSING] = gate, set(), asyncio.Event()
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
        return await handler(world, await gate.admit(request, roles, tickets=tickets), request)

    return call
