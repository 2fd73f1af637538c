"""One row of the table: what a call is, who may make it, what it takes and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from msgspec import Struct

from router.api.auth import Caller
from router.api.bodies import NoQuery
from router.api.world import World
from router.model.apikey import Role

Handler = Callable[[World, Caller, web.Request], Awaitable[web.StreamResponse]]


class Route(Struct, frozen=True):
    """A call. ``roles`` None: no key is asked for; else these, and admin always.

    ``takes`` and ``gives`` are the types of the JSON bodies, None where there is none. ``media`` are the
    Content-Types it reads, ``answers`` the one it replies with. ``head`` False: it streams, so there is
    no HEAD.
    """

    method: str
    path: str
    handler: Handler
    roles: frozenset[Role] | None
    summary: str
    query: type[Struct] = NoQuery
    takes: Any = None
    gives: Any = None
    status: int = 200
    media: tuple[str, ...] = ("application/json",)
    answers: str = "application/json"
    head: bool = True
