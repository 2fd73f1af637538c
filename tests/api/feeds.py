"""A feed that needs no store: it hands on what the test lays in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct


class Note(Struct, frozen=True):
    """A message of the feed."""

    id: str | None
    topic: str
    body: bytes


class Feed:
    """Hands each subscriber what the test lays in; counts who is subscribed."""

    def __init__(self) -> None:
        self.subscribed: list[tuple[frozenset[str] | None, str | None, str | None]] = []
        self.waiting: list[asyncio.Queue[Note | Exception]] = []
        self.changed = asyncio.Condition()

    @asynccontextmanager
    async def subscribe(
        self, topics: frozenset[str] | None, last_id: str | None, agent: str | None, /
    ) -> AsyncIterator[AsyncIterator[Note]]:
        """Follow until the subscriber goes."""
        box: asyncio.Queue[Note | Exception] = asyncio.Queue()
        self.subscribed.append((topics, last_id, agent))
        self.waiting.append(box)
        await self._tell()
        try:
            yield self._messages(box)
        finally:
            self.waiting.remove(box)
            await self._tell()

    def put(self, topic: str, body: bytes, number: str | None = "1-1") -> None:
        """Lay a message in for all."""
        for box in self.waiting:
            box.put_nowait(Note(number, topic, body))

    def fail(self, error: Exception) -> None:
        """Break the feed for all."""
        for box in self.waiting:
            box.put_nowait(error)

    async def until(self, count: int) -> None:
        """Wait until so many are subscribed."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.waiting) == count)

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def _messages(self, box: asyncio.Queue[Note | Exception]) -> AsyncIterator[Note]:
        while True:
            found = await box.get()
            if isinstance(found, Exception):
                raise found
            yield found
