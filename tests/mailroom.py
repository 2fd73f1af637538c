"""What the tests with real mail servers share: mails, and a sink that keeps what was taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import pytest

from channels.email.imap import ImapListener
from router.model.event import Event
from router.ports import Result

ADA = {"handle": "mailto:ada@post.example"}
Poll = Callable[..., AbstractAsyncContextManager[ImapListener]]


def mail(number: int, text: str = "", more: str = "") -> bytes:
    """Write a mail of Ada's; ``more`` are further lines of its head."""
    head = f"From: Ada <ada@post.example>\r\nTo: help@shop.example\r\nMessage-ID: <{number}@post.example>\r\n"
    return f"{head}{more}Subject: no. {number}\r\n\r\n{text or f'mail {number}'}\r\n".encode()


def text_of(raw: bytes) -> str:
    """Give what a mail of Ada's says."""
    return raw.decode().partition("\r\n\r\n")[2].strip()


def texts(*numbers: int) -> list[str]:
    """Give what mails of these numbers say."""
    return [f"mail {number}" for number in numbers]


class Kept:
    """A sink in memory; ``failures`` are raised by the next posts, ``misplaced`` by the next places."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.raws: list[bytes] = []
        self.where: str | None = None
        self.failures: list[Exception] = []
        self.misplaced: list[Exception] = []
        self.changed = asyncio.Condition()

    async def post(self, events: Sequence[Event], raw: bytes) -> Sequence[Result]:
        """Keep events, or fail as told."""
        async with self.changed:
            self.changed.notify_all()
            if self.failures:
                raise self.failures.pop(0)
            self.events += events
            self.raws.append(raw)
        return [Result(event.id, None, None, None, False) for event in events]

    async def place(self) -> str | None:
        """Give the place that was kept."""
        return self.where

    async def keep_place(self, place: str) -> None:
        """Keep the place, or fail as told."""
        async with self.changed:
            self.changed.notify_all()
            if self.misplaced:
                raise self.misplaced.pop(0)
            self.where = place

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so; a busy machine may take its time."""
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(true)

    async def logged(self, log: pytest.LogCaptureFixture, words: str) -> None:
        """Wait until the log says so."""
        async with asyncio.timeout(30):
            while words not in log.text:  # noqa: ASYNC110 - a log gives no signal
                await asyncio.sleep(0.01)

    async def texts(self, count: int) -> list[str | None]:
        """Wait for so many events, each with the place after it, and give what they say."""
        await self.until(lambda: len(self.events) >= count)
        return [event.text for event in self.events]


async def told(client: aiohttp.ClientSession, count: int) -> list[dict[str, Any]]:
    """Wait until Ada's context has so many events, and give them."""
    async with asyncio.timeout(30):
        while True:
            async with client.get("/v1/context", params=ADA) as response:
                context = await response.json()
            if response.status == 200 and len(context["events"]) >= count:
                return list(context["events"])
            await asyncio.sleep(0.05)
