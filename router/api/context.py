"""What is known of a customer: context, timeline, journey, links."""

from __future__ import annotations

from aiohttp import web

from router.api import codec
from router.api.auth import Caller, ident
from router.api.bodies import ContextQuery, JourneyQuery, LinkBody, TimelineQuery
from router.api.world import World
from router.errors import Invalid
from router.model.handle import Handle

_LINK: codec.Body[LinkBody] = codec.Body(LinkBody)
_CUSTOMER = "cus_"


async def by_handle(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give the context of whoever has an address."""
    query = codec.query(request, ContextQuery)
    return codec.reply(await world.contexts.by_handle(handle(query.handle, "/handle")))


async def by_customer(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give the context of a customer."""
    return codec.reply(await world.contexts.by_customer(ident(request)))


async def timeline(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give a stretch of a customer's timeline."""
    query = codec.query(request, TimelineQuery)
    return codec.reply(await world.contexts.timeline(ident(request), query.before, query.limit))


async def journey(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give a customer's journey in full."""
    query = codec.query(request, JourneyQuery)
    found = await world.contexts.journey(ident(request), query.as_of, query.window_days, query.unknown)
    return codec.reply(found)


async def link(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Join a customer with an address or another customer."""
    body = await _LINK.of(request, world.settings.server)
    other = _other(body)
    made = await world.links.link(ident(request), other, who=caller.who, why=body.why, trust=body.trust)
    return codec.reply(made, 201)


async def unlink(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Remove a link."""
    await world.links.unlink(ident(request), ident(request, "link"), who=caller.who)
    return codec.nothing()


def handle(text: str, field: str) -> Handle:
    """Read ``type:value``; Invalid names the field it stands in."""
    try:
        return codec.checked(Handle.read(text), Handle, field)
    except ValueError:
        raise Invalid("a handle reads type:value, for example tel:+14155550100", field=field) from None


def _other(body: LinkBody) -> Handle | str:
    """Give whom to link with: an id or an address."""
    given = {"/handle": body.handle, "/customer": body.customer, "/with": body.with_}
    named = [(field, value) for field, value in given.items() if value is not None]
    if len(named) != 1:
        raise Invalid("name exactly one of `handle`, `customer` and `with`", field="")
    field, value = named[0]
    if isinstance(value, Handle) or field == "/customer":
        return value
    if field == "/with" and value.startswith(_CUSTOMER):
        return value
    return handle(value, field)
