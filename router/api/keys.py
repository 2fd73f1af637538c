"""API keys: make one, see them, revoke one."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from router.api import codec
from router.api.auth import GATE, Caller, ident
from router.api.bodies import KeyList, KeyMade, KeyShown, NewKey
from router.api.world import World
from router.errors import Invalid
from router.model.apikey import ApiKey

_NEW: codec.Body[NewKey] = codec.Body(NewKey)


async def put(world: World, _: Caller, request: web.Request) -> web.Response:
    """Make a key; its secret is shown this once."""
    body = checked(await _NEW.of(request, world.settings.server))
    made, secret = await world.keys.put(
        role=body.role, name=body.name, agent=body.agent, sources=body.sources
    )
    return codec.reply(KeyMade(key=secret, **_fields(made)), 201)


async def every(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give every key, without its secret."""
    return codec.reply(KeyList([KeyShown(**_fields(key)) for key in await world.keys.list()]))


async def revoke(world: World, _: Caller, request: web.Request) -> web.Response:
    """Revoke a key: here at once, in every process within two seconds."""
    await world.keys.revoke(ident(request))
    request.app[GATE].forget()
    return codec.nothing()


def checked(body: NewKey) -> NewKey:
    """Refuse a key that would not know for whom it speaks, or says more than its role uses."""
    if (body.role == "agent") != (body.agent is not None):
        raise Invalid("an agent key names its `agent`, no other does", field="/agent")
    if body.sources is not None and body.role != "adapter":
        raise Invalid("only an adapter key has `sources`", field="/sources")
    return body


def _fields(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "role": key.role,
        "name": key.name,
        "agent": key.agent,
        "sources": None if key.sources is None else list(key.sources),
    }
