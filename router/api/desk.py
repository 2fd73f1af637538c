"""GET /v1/ws/desk: what concerns one agent, pushed; while it is open the agent is present.

Each text frame is ``{"id", "topic", "data"}`` with the numbers and facts of the feed: offers to the agent,
items they hold, their own state. What the client sends is not read; it acts by the HTTP calls.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Raw, Struct

from router.api import codec
from router.api.auth import Caller
from router.api.bodies import DeskMessage, DeskQuery
from router.api.relay import every, relay
from router.api.stream import reached
from router.api.world import FeedMessage, World

TOPICS = frozenset({"offer", "item", "agent"})
TOUCHES = 3
"""How often presence is extended within a lease, so that one lost call does not end it."""

BEAT_S = 15.0
"""How often the client is asked for a sign of life."""

_FRAME_MAX = 4096
_encode = msgspec.json.Encoder().encode


async def desk(world: World, caller: Caller, request: web.Request) -> web.StreamResponse:
    """Push what concerns an agent until their desk goes or the server closes."""
    query = codec.query(request, DeskQuery)
    agent = caller.sits_for(query.agent)
    await world.staff.touch(agent, opened=True)
    socket = web.WebSocketResponse(heartbeat=BEAT_S, max_msg_size=_FRAME_MAX)
    async with world.push.subscribe(TOPICS, reached(query.since), agent) as messages:
        await socket.prepare(request)
        touch = every(
            world.settings.routing.lease_s / TOUCHES, partial(world.staff.touch, agent, opened=False)
        )
        closing = await relay(request, _pump(socket, messages, agent), _left(socket), touch)
        await socket.close(code=WSCloseCode.GOING_AWAY if closing else WSCloseCode.OK)
    return socket


class _Named(Struct):
    id: str = ""


_named = msgspec.json.Decoder(_Named).decode


def framed(message: FeedMessage) -> bytes:
    """Write one message as a frame."""
    return _encode(DeskMessage(message.id, message.topic, Raw(message.body)))


async def _pump(socket: web.WebSocketResponse, messages: AsyncIterator[FeedMessage], agent: str) -> None:
    async for message in messages:
        if message.topic != "agent" or _named(message.body).id == agent:
            await socket.send_frame(framed(message), WSMsgType.TEXT)


async def _left(socket: web.WebSocketResponse) -> None:
    """Return when the desk is closed; what it says is not read."""
    async for _ in socket:
        pass
