"""A visitor's browser in a few words: tokens, tabs, frames; for tests that talk with a real service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import jwt as signer
import msgspec
from service import Service, ask

SECRET = "the-shop-and-the-router-know-this-secret"
SHOP = "https://shop.example"
CONFIG = f"""
[server]
workspace = "{{workspace}}"

[queues.support]
wrap_up_s = 0

[agents.ada]
name = "Ada Lovelace"
queues = ["support"]

[channels.chat.web.main]
secret = "{SECRET}"
origins = ["{SHOP}"]
anyone = true
queue = "support"
"""


def token(workspace: str, visitor: str = "v1", ends_in_s: float = 600, **claims: Any) -> str:
    """Sign a token as the company's site does."""
    base = {"sub": visitor, "workspace": workspace, "exp": int(time.time() + ends_in_s)}
    return signer.encode(base | claims, SECRET, "HS256")


HEARD_S = 30
"""What a tab waits for comes by then, or never."""


class Tab:
    """One open tab: says frames, hears frames."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._passed: list[dict[str, Any]] = []

    async def say(self, kind: str, **fields: Any) -> None:
        """Send one frame."""
        await self.socket.send_str(msgspec.json.encode({"type": kind, **fields}).decode())

    async def write(self, text: str, cid: str | None = None) -> str:
        """Send a message; give its cid."""
        cid = cid or str(uuid4())
        await self.say("msg", cid=cid, text=text)
        return cid

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """Give the next frame of these kinds; ``closed`` with its code when the socket ends.

        Frames of other kinds are there for whoever asks for them later.
        """
        for frame in self._passed:
            if not kinds or frame["type"] in kinds:
                self._passed.remove(frame)
                return frame
        async with asyncio.timeout(HEARD_S):
            while True:
                message = await self.socket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return {"type": "closed", "code": self.socket.close_code}
                frame = msgspec.json.decode(message.data)
                if not kinds or frame["type"] in kinds:
                    return frame
                self._passed.append(frame)

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """Give so many messages, in the order they come."""
        return [await self.hear("msg") for _ in range(count)]

    async def kept(self, cid: str) -> dict[str, Any]:
        """Give the ack of a message."""
        while True:
            frame = await self.hear("ack", "error", "closed")
            if frame.get("cid") == cid or frame["type"] == "closed":
                return frame


@asynccontextmanager
async def opened(service: Service, origin: str | None = SHOP) -> AsyncIterator[Tab]:
    """Open a tab that has not said hello."""
    headers = {} if origin is None else {"Origin": origin}
    async with (
        aiohttp.ClientSession(service.addresses["http"]) as client,
        client.ws_connect("/v1/ws/chat?account=main", headers=headers) as socket,
    ):
        yield Tab(socket)


@asynccontextmanager
async def visiting(
    service: Service, workspace: str, after: int = 0, **who: Any
) -> AsyncIterator[tuple[Tab, dict[str, Any]]]:
    """Open a tab, say hello, and give it with its welcome."""
    async with opened(service) as tab:
        await tab.say("hello", token=token(workspace, **who), resume_from=after)
        welcome = await tab.hear()
        assert welcome["type"] == "welcome", welcome
        yield tab, welcome


async def context(client: aiohttp.ClientSession, visitor: str = "v1") -> dict[str, Any]:
    """Give what an agent sees of a visitor."""
    found: dict[str, Any] = await ask(
        client, "GET", f"/v1/context?handle={quote(f'web-visitor:main/{visitor}')}"
    )
    return found


async def answered(client: aiohttp.ClientSession, text: str, visitor: str = "v1") -> dict[str, Any]:
    """Let an agent answer in the conversation of a visitor's newest event."""
    newest = (await context(client, visitor))["events"][0]
    sent: dict[str, Any] = await ask(
        client, "POST", f"/v1/conversations/{newest['conversation']}/messages", {"text": text, "agent": "ada"}
    )
    return sent


async def given(service: Service, account: str = "main", origin: str | None = SHOP, **body: Any) -> Any:
    """Ask for a token as a page does; give the status and the answer."""
    headers = {} if origin is None else {"Origin": origin}
    async with (
        aiohttp.ClientSession(service.addresses["http"]) as client,
        client.post(f"/v1/chat/{account}/token", json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()
