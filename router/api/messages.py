"""Messages of ours: what an agent says in a conversation."""

from __future__ import annotations

from uuid import uuid4

from aiohttp import web

from router.api import codec
from router.api.auth import Caller, ident
from router.api.bodies import FirstMessage, NewMessage
from router.api.world import World
from router.errors import Invalid
from router.model.handle import Handle
from router.model.message import Draft

_NEW: codec.Body[NewMessage] = codec.Body(NewMessage)
_FIRST: codec.Body[FirstMessage] = codec.Body(FirstMessage)


async def reply(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Say something in a conversation: it is on the timeline at once, and sent once."""
    body = await _NEW.of(request, world.settings.server)
    draft = Draft(text=body.text, subject=body.subject)
    said = await world.send.reply(
        ident(request), draft, agent=caller.acts_for(body.agent), key=_key(request, caller)
    )
    return codec.reply(said, status=202)


async def begin(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Write to a customer first."""
    body = await _FIRST.of(request, world.settings.server)
    draft = Draft(text=body.text, subject=body.subject)
    agent, key = caller.acts_for(body.agent), _key(request, caller)
    said = await world.send.begin(
        _handle(body.customer), body.source, draft, sender=body.sender, agent=agent, key=key
    )
    return codec.reply(said, status=202)


def _key(request: web.Request, caller: Caller) -> str:
    """Give the key under which a message is said once; without one each call says another."""
    return f"{caller.id}:{request.headers.get('Idempotency-Key') or uuid4().hex}"


def _handle(named: str | Handle) -> Handle:
    """Read an address; Invalid where it is none."""
    if isinstance(named, Handle):
        return named
    try:
        return Handle.read(named)
    except ValueError as problem:
        raise Invalid(str(problem), field="customer") from problem
