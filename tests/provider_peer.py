"""A provider's API on this machine: it answers what a test tells it, and keeps what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import Struct

from router.outside import Internet
from router.ports import Account, Outgoing, Sender, Sent


class Asked(Struct, frozen=True):
    """A call as it came; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Read the body as JSON."""
        return msgspec.json.decode(self.body)

    @property
    def form(self) -> Mapping[str, list[str]]:
        """Read the body as a form."""
        return parse_qs(self.body.decode(), keep_blank_values=True)


class Told(Struct, frozen=True):
    """An answer to give: an object as JSON, or bytes as they are; ``cut`` breaks off instead."""

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = {}
    cut: bool = False


class Peer:
    """The API: gives its answers in order, the last one again and again."""

    def __init__(self, *answers: Told) -> None:
        self.asked: list[Asked] = []
        self.url = ""
        self._answers = list(answers)

    async def take(self, request: web.Request) -> web.Response:
        """Keep a call and answer it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.method, request.path_qs, headers, await request.read()))
        told = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if told.cut and request.transport is not None:
            request.transport.abort()
        body = told.body if isinstance(told.body, bytes) else msgspec.json.encode(told.body)
        media = {} if isinstance(told.body, bytes) else {"Content-Type": "application/json"}
        return web.Response(status=told.status, body=body, headers={**media, **told.headers})


@asynccontextmanager
async def serving(*answers: Told) -> AsyncIterator[Peer]:
    """Serve an API for a while."""
    peer = Peer(*answers)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", peer.take)
    async with TestServer(app) as server:
        peer.url = str(server.make_url("/")).rstrip("/")
        yield peer


async def sent(sender: Sender, outgoing: Outgoing, account: Account, peer: Peer) -> Sent:
    """Send a message to the peer, through the real world outside."""
    outside = Internet()
    there = msgspec.structs.replace(account, settings={**account.settings, "api_url": peer.url})
    try:
        return await sender.send(outgoing, there, outside)
    finally:
        await outside.close()


async def asked_by(call: Any, peer: Peer) -> Asked:
    """Give what a client of the provider's own, which blocks, asks the peer."""
    await asyncio.to_thread(call)
    return peer.asked[-1]
