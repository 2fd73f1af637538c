"""A server that speaks Asterisk's REST interface as far as a listener asks, and plays what it is given."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import captured
import msgspec
from aiohttp import WSCloseCode, web
from asterisk_manager import Kept

from channels.voice.asterisk_ari_live import AriListener
from channels.voice.asterisk_hearing import Pace
from router.outside import Internet
from router.ports import Account

QUICK = Pace(again_s=0.001, most_s=0.01, refused_s=0.01)
PASSWORD = "a-rest-password"
USER = "router"


def trace(name: str) -> list[bytes]:
    """Give the events of a sample that has one a line."""
    [sample] = [each for each in captured.samples("asterisk") if each["name"] == name]
    return [line for line in captured.body(sample).splitlines() if line]


def account(port: int, **settings: Any) -> Account:
    """Give an account that hears a server here."""
    told = {"ari_url": f"http://127.0.0.1:{port}", "ari_user": USER, "ari_password": PASSWORD} | settings
    return Account("voice", "asterisk", "main", settings=told)


class Rest:
    """Serves on ``port``; ``sockets`` gives each WebSocket that is open.

    ``lists`` are the bodies of the lists it answers with. ``met`` counts who asks for events, let in or not,
    ``asked`` has what every call asked for.
    """

    def __init__(self) -> None:
        self.port = 0
        self.password = PASSWORD
        self.lists: dict[str, bytes] = {"channels": b"[]", "bridges": b"[]"}
        self.asked: list[str] = []
        self.sockets: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self.met = asyncio.Semaphore(0)
        self.open: dict[web.WebSocketResponse, web.Request] = {}
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen: on a free port the first time, on the same one later."""
        app = web.Application()
        app.router.add_get("/ari/events", self._events)
        app.router.add_get("/ari/{name}", self._list)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._runner is not None:
            self.cut()
            await self._runner.cleanup()

    def cut(self) -> None:
        """Break every connection."""
        for request in tuple(self.open.values()):
            if request.transport is not None:
                request.transport.abort()

    def there(self, *events: bytes) -> None:
        """Let the list of channels hold those that events speak of."""
        self.lists["channels"] = msgspec.json.encode([channel(event) for event in events])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        self.met.release()
        self._let_in(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open[socket] = request
        self.sockets.put_nowait(socket)
        async for _ in socket:
            pass
        del self.open[socket]
        return socket

    async def _list(self, request: web.Request) -> web.Response:
        self._let_in(request)
        return web.Response(body=self.lists[request.match_info["name"]], content_type="application/json")

    def _let_in(self, request: web.Request) -> None:
        self.asked.append(request.path_qs)
        pair = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            raise web.HTTPUnauthorized

    async def close(self, socket: web.WebSocketResponse) -> None:
        """End one connection well, as Asterisk does when it restarts."""
        await socket.close(code=WSCloseCode.GOING_AWAY)


def channel(event: bytes) -> dict[str, Any]:
    """Give the channel an event speaks of."""
    found: dict[str, Any] = msgspec.json.decode(event)["channel"]
    return found


@contextlib.asynccontextmanager
async def listen(buffer: int = 100, **changes: Any) -> AsyncIterator[tuple[Rest, Kept]]:
    """Let a listener hear a server for as long as a block runs."""
    rest, kept, internet = Rest(), Kept(), Internet()
    for name, value in changes.items():
        setattr(rest, name, value)
    await rest.start()
    listener = AriListener(account(rest.port), internet, pace=QUICK, buffer=buffer)
    await listener.start(kept)
    try:
        yield rest, kept
    finally:
        kept.open.set()
        await listener.stop()
        await internet.close()
        await rest.stop()


async def tell(rest: Rest, *events: bytes) -> None:
    """Tell events to who comes next."""
    socket = await rest.sockets.get()
    for event in events:
        await socket.send_str(event.decode())
