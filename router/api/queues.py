"""Queues: settings and live depth."""

from __future__ import annotations

from aiohttp import web

from router.api import codec
from router.api.auth import Caller, chosen, ident
from router.api.world import World
from router.model.queue import QueueProfile

_PROFILE: codec.Body[QueueProfile] = codec.Body(QueueProfile)


async def put(world: World, _: Caller, request: web.Request) -> web.Response:
    """Create a queue or change its settings."""
    queue = chosen(request)
    profile = await _PROFILE.of(request, world.settings.server)
    return codec.reply(await world.staff.put_queue(queue, profile))


async def every(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give every queue with its depth."""
    return codec.reply(await world.staff.queues())


async def one(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give one queue with its depth."""
    return codec.reply(await world.staff.queue(ident(request)))
