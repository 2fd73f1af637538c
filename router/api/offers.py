"""Offers: wait for them, accept them, let them pass."""

from __future__ import annotations

from aiohttp import web

from router.api import codec
from router.api.auth import Caller, ident
from router.api.bodies import Offers, OffersQuery, OnBehalf
from router.api.closing import unless_closing
from router.api.world import World

_WHO: codec.Body[OnBehalf] = codec.Body(OnBehalf)


async def wait(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Give an agent's pending offers, waiting a while for the first; at shutdown there are none."""
    agent = ident(request)
    caller.must_be(agent)
    query = codec.query(request, OffersQuery)
    found = await unless_closing(request, world.serve.offers(agent, query.wait))
    return codec.reply(Offers(list(found or ())))


async def accept(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Take the item of an offer; it comes with its context."""
    body = await _WHO.of(request, world.settings.server)
    return codec.reply(await world.serve.accept(ident(request), caller.acts_for(body.agent)))


async def decline(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Let an offer pass."""
    body = await _WHO.of(request, world.settings.server)
    return codec.reply(await world.serve.decline(ident(request), caller.acts_for(body.agent)))
