"""A provider's API on loopback: counts what it is asked to send, and answers as a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import web

Doing = Callable[["Messages", web.Request, dict[str, str]], Awaitable[web.StreamResponse]]


async def taking(api: Messages, _: web.Request, __: dict[str, str]) -> web.StreamResponse:
    """Take the message, and name it."""
    return web.json_response({"sid": f"SM{len(api.taken)}", "status": "queued"}, status=201)


async def refusing(_: Messages, __: web.Request, ___: dict[str, str]) -> web.StreamResponse:
    """Refuse it for good."""
    return web.json_response({"code": 21211, "message": "no such number"}, status=400)


async def busy(_: Messages, __: web.Request, ___: dict[str, str]) -> web.StreamResponse:
    """Ask to come later."""
    return web.json_response({"code": 20429, "message": "too many"}, status=429)


async def cutting(_: Messages, request: web.Request, __: dict[str, str]) -> web.StreamResponse:
    """Read the whole message, and cut the connection instead of an answer."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def silent(api: Messages, _: web.Request, __: dict[str, str]) -> web.StreamResponse:
    """Read it, and say nothing until the test is over."""
    await api.over.wait()
    return web.Response(status=500)


class Messages:
    """Twilio's way to create messages, as far as a sender sees it. ``asked`` holds every attempt."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.taken: list[dict[str, str]] = []
        self.doing: Doing = taking
        self.came, self.over = asyncio.Event(), asyncio.Event()
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen, on the same port as before if it did."""
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._create)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Listen no more."""
        self.over.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        fields = dict(parse_qsl(await request.text()))
        self.asked.append(fields)
        if self.doing is taking:
            self.taken.append(fields)
        self.came.set()
        return await self.doing(self, request, fields)
