"""The feed: the numbered stream of changes, as the routing slot writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from msgspec import Struct

from router.store import keys
from router.store.link import Link


class FeedEntry(Struct, frozen=True):
    """One transition: its number ``epoch-n`` and its facts, each a topic and JSON."""

    id: str
    facts: tuple[tuple[str, bytes], ...]


class Feed:
    """Reads the feed of one workspace."""

    def __init__(self, link: Link, p: str) -> None:
        self._link = link
        self._key = keys.feed(p)

    async def last(self) -> str:
        """Give the number of the newest entry."""
        found = await self._link.call("XREVRANGE", self._key, "+", "-", "COUNT", 1, key=self._key)
        return found[0][0].decode() if found else "0-0"

    async def since(self, number: str, count: int) -> list[FeedEntry] | None:
        """Read on after a number; None when the entry after it is already gone."""
        first = await self._link.call("XRANGE", self._key, number, "+", "COUNT", count + 1, key=self._key)
        if not first or first[0][0].decode() != number:
            return None
        return [_entry(raw) for raw in first[1:]]

    async def follow(self, number: str, block_ms: int) -> AsyncIterator[FeedEntry | None]:
        """Yield what comes after a number, for ever; None each ``block_ms`` in which nothing came."""
        async with self._link.blocking(self._key) as reader:
            while True:
                reply = await reader.call(
                    "XREAD", "COUNT", 1000, "BLOCK", block_ms, "STREAMS", self._key, number
                )
                if not reply:
                    yield None
                    continue
                for raw in reply[0][1]:
                    entry = _entry(raw)
                    number = entry.id
                    yield entry


def _entry(raw: tuple[bytes, list[bytes]]) -> FeedEntry:
    number, flat = raw
    facts = tuple((flat[i].decode(), flat[i + 1]) for i in range(0, len(flat), 2))
    return FeedEntry(number.decode(), facts)
