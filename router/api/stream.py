"""GET /v1/stream: the feed as server-sent events (WHATWG HTML, section 9.2).

Each entry has the feed's number as its ``id``, its topic as ``event`` and its facts, JSON, as ``data``.
A client that comes back with ``Last-Event-ID`` goes on where it was; if that is gone it gets ``reset``
with a snapshot. At shutdown each is told ``bye``, and when to come back.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from aiohttp import web

from router.api import codec
from router.api.auth import GATE, TICKET_S, Caller
from router.api.bodies import StreamQuery, Ticket
from router.api.relay import every, relay
from router.api.world import FeedMessage, World
from router.errors import Busy

BEAT_S = 15.0
"""How often a comment goes out, so that nothing on the way takes a silent stream for dead."""

LOOK_S = 1.0
"""How often a stream looks whether its client is still there."""

MOST = 500
"""Streams in one process: so many, of 64 waiting messages each, fit its memory."""

RETRY_MS = 1000
"""When a client comes back, plus up to twice that by chance, so that not all come at once."""

OPEN = web.AppKey("open", set[object])
"""The streams that are open in this process."""

_NUMBER = re.compile(r"[0-9]{1,16}-[0-9]{1,16}", re.ASCII)
_BEFORE_ALL = "0-0"
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}


async def stream(world: World, caller: Caller, request: web.Request) -> web.StreamResponse:
    """Follow the feed until the client goes or the server closes."""
    query = codec.query(request, StreamQuery)
    last = reached(request.headers.get("Last-Event-ID") or query.since)
    response = web.StreamResponse(headers={**_HEADERS, "X-Request-Id": request[codec.NAME]})
    with place(request):
        async with world.push.subscribe(topics(query.topics), last, caller.agent) as messages:
            await response.prepare(request)
            await _follow(request, response, messages)
    return response


async def ticket(world: World, caller: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give a ticket for one stream, because a browser's EventSource sends no header."""
    return codec.reply(Ticket(request.app[GATE].issue(caller), TICKET_S), 201)


def topics(names: str | None) -> frozenset[str] | None:
    """Read names divided by commas; none: all topics."""
    return frozenset(name.strip() for name in (names or "").split(",")) - {""} or None


def reached(number: str | None) -> str | None:
    """Give the number a client has reached; one that is none is before all, so the client begins anew."""
    return number if number is None or _NUMBER.fullmatch(number) else _BEFORE_ALL


def written(message: FeedMessage) -> bytes:
    """Write one message as an event of the stream; one without a number moves no client's place."""
    number = f"id: {message.id}\n" if message.id else ""
    body = message.body.replace(b"\r", b"").replace(b"\n", b"\ndata: ")
    return b"%bevent: %b\ndata: %b\n\n" % (number.encode(), message.topic.encode(), body)


@contextmanager
def place(request: web.Request) -> Iterator[None]:
    """Hold one of the places for streams; Busy when all are taken."""
    taken = request.app[OPEN]
    if len(taken) >= MOST:
        raise Busy(f"{MOST} streams are open here already")
    mine = object()
    taken.add(mine)
    try:
        yield
    finally:
        taken.discard(mine)


async def _follow(
    request: web.Request, response: web.StreamResponse, messages: AsyncIterator[FeedMessage]
) -> None:
    async def pump() -> None:
        await response.write(b"retry: %d\n\n" % _pause_ms())
        async for message in messages:
            await response.write(written(message))

    async def beat() -> None:
        await response.write(b": here\n\n")

    if await relay(request, pump(), _left(request), every(BEAT_S, beat)) and request.transport is not None:
        await response.write(b"event: bye\nretry: %d\ndata: {}\n\n" % _pause_ms())


async def _left(request: web.Request) -> None:
    """Return when the client is gone, which aiohttp tells a handler only when it writes."""
    while request.transport is not None:  # noqa: ASYNC110 - aiohttp has no event to wait for
        await asyncio.sleep(LOOK_S)


def _pause_ms() -> int:
    return RETRY_MS + random.randrange(2 * RETRY_MS)  # noqa: S311 - spreads load, hides nothing
