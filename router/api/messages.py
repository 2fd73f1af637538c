"""Messages of ours: what an agent says in a conversation."""

from __future__ import annotations

from uuid import uuid4

from aiohttp import web

from router.api import codec
from router.api.auth import Caller, ident
from router.api.bodies import NewMessage
from router.api.world import World
from router.model.message import Draft

_NEW: codec.Body[NewMessage] = codec.Body(NewMessage)


async def reply(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Say something in a conversation: it is on the timeline at once, and sent once."""
    body = await _NEW.of(request, world.settings.server)
    draft = Draft(text=body.text, subject=body.subject)
    key = request.headers.get("Idempotency-Key") or uuid4().hex
    agent = caller.acts_for(body.agent)
    said = await world.send.reply(ident(request), draft, agent=agent, key=f"{caller.id}:{key}")
    return codec.reply(said, status=202)
