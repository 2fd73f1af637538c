"""A server that sends the pages of the router and, as its API, what a test wants: also silence and lies."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import msgspec
from aiohttp import web

from router.api import pages
from router.api.auth import NOBODY

KEY = "a-key"
FIGURE = {"basis": "live", "value": 0.74, "low": 0.69, "high": 0.78, "n": 214}
FEW = {"basis": "final_net", "value": None, "low": 0.2, "high": 0.9, "n": 3}
AS_OF = "2026-03-02T09:00:00Z"


def group(by: dict[str, str | None]) -> dict[str, Any]:
    """Give one group of an FCR report."""
    siloed = {**FIGURE, "value": 0.91}
    return {"by": by, "episodes": 300, "closed": 214, "live": FIGURE, "net": FIGURE, "siloed": siloed}


class Scripted:
    """Answers with ``depths`` and ``agents`` as its snapshot; tests say more through ``say``."""

    def __init__(self) -> None:
        self.queues: list[dict[str, Any]] = [queue("support", {"chat": 40})]
        self.agents: list[dict[str, Any]] = [agent("ada")]
        self.fcr: dict[str, Any] = {
            "window_days": 7,
            "total": group({}),
            "groups": [group({"channel": "pstn"})],
        }
        flows = {"email>whatsapp": {"customer": 12, "company": 3}}
        total = {"customer": 12, "company": 3, "matrix": flows}
        self.switches: dict[str, Any] = {"episodes": 300, "total": total}
        self.role_refused = False
        self.ready = True
        self.last_ids: list[str | None] = []
        self.streams: list[web.StreamResponse] = []
        self.opened = asyncio.Event()
        self._ends = asyncio.Event()
        self.url = ""

    async def __aenter__(self) -> Self:
        """Listen on any free port of this machine."""
        app = web.Application()
        app.add_routes([
            web.get("/", self._page(pages.front)),
            web.get("/web/{name:.+}", self._page(pages.asset)),
            web.get("/readyz", self._readyz),
            web.get("/v1/stream", self._stream),
            web.get("/v1/queues", self._told({"queues": self.queues})),
            web.get("/v1/agents", self._told({"agents": self.agents})),
            web.get("/v1/reports/fcr", self._report("fcr")),
            web.get("/v1/reports/switches", self._report("switches")),
        ])  # fmt: skip
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every stream and stop."""
        self._ends.set()
        await self._runner.cleanup()

    async def say(self, topic: str, fact: object, number: str | None = None) -> None:
        """Send one message to every open stream."""
        head = f"id: {number}\n" if number else ""
        text = f"{head}event: {topic}\ndata: {msgspec.json.encode(fact).decode()}\n\n"
        for stream in tuple(self.streams):
            try:
                await stream.write(text.encode())
            except ConnectionError:  # the page was left or loaded anew
                self.streams.remove(stream)

    async def cut(self) -> None:
        """End every open stream; ``opened`` is set once the page has come back."""
        self.opened.clear()
        self.streams.clear()
        self._ends.set()
        self._ends = asyncio.Event()

    def snapshot(self) -> dict[str, Any]:
        """Give what a stream begins with."""
        return {"queues": self.queues, "agents": self.agents, "as_of": AS_OF}

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _problem(401, "unauthenticated")
        self.last_ids.append(request.headers.get("Last-Event-ID"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        self.streams.append(response)
        ends = self._ends
        if self.last_ids[-1] is None:
            await self.say("reset", self.snapshot(), "1-1")
        self.opened.set()
        await ends.wait()
        return response

    async def _readyz(self, _: web.Request) -> web.Response:
        checks = [{"name": "store", "ok": self.ready, "words": "the store does not answer"}]
        body = msgspec.json.encode({"ready": self.ready, "checks": checks})
        return web.Response(status=200 if self.ready else 503, body=body)

    def _page(self, handler: Any) -> Any:
        async def answer(request: web.Request) -> web.Response:
            found: web.Response = await handler(None, NOBODY, request)
            return found

        return answer

    def _told(self, body: object) -> Any:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(body=msgspec.json.encode(body))

        return answer

    def _report(self, name: str) -> Any:
        async def answer(_: web.Request) -> web.Response:
            if self.role_refused:
                return _problem(403, "forbidden")
            return web.Response(body=msgspec.json.encode(getattr(self, name)))

        return answer


def queue(name: str, targets: dict[str, int], **channels: dict[str, Any]) -> dict[str, Any]:
    """Give a queue as the API shows it."""
    return {"id": name, "profile": {"targets": targets}, "channels": channels, "totals": {}}


def agent(name: str, state: str = "available", load: float = 0.0) -> dict[str, Any]:
    """Give an agent as the API shows one."""
    return {"id": name, "name": name.title(), "state": state, "since": AS_OF, "load": load}


def _problem(status: int, code: str) -> web.Response:
    return web.Response(
        status=status, body=msgspec.json.encode({"status": status, "code": code, "title": code})
    )
