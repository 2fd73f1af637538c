"""What a request asks of the engine: its commands, seen by MONITOR, to be sent again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from router.store.link import Link

Words = list[bytes]
"""A command as its words."""

_TIMES = 5
_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"')


class Monitor:
    """Sees what clients send to the engine, not what functions call inside it."""

    def __init__(self, link: Link, reader: asyncio.StreamReader) -> None:
        self._link, self._reader = link, reader
        self._number = 0

    async def commands(self, work: Callable[[], Awaitable[object]]) -> list[Words]:
        """Give what was sent while some work was done.

        The router's loops send something of their own now and then, so the work is done several times and
        what was sent least counts. A command without a key is theirs, too.
        """
        return min([await self._once(work) for _ in range(_TIMES)], key=len)

    async def _once(self, work: Callable[[], Awaitable[object]]) -> list[Words]:
        await self._until(await self._mark())
        await work()
        return await self._until(await self._mark())

    async def _mark(self) -> bytes:
        self._number += 1
        mark = b"bench-%d" % self._number
        await self._link.call("ECHO", mark, key="")
        return mark

    async def _until(self, mark: bytes) -> list[Words]:
        found = []
        while (words := _words(await self._reader.readline())) != [b"ECHO", mark]:
            if len(words) > 1:
                found.append(words)
        return found


@asynccontextmanager
async def monitor(url: str, link: Link) -> AsyncIterator[Monitor]:
    """Look at an engine for a while."""
    reader, writer = await asyncio.open_unix_connection(url.removeprefix("unix://"), limit=1 << 24)
    writer.write(b"MONITOR\r\n")
    await reader.readline()
    try:
        yield Monitor(link, reader)
    finally:
        writer.close()


def key_of(words: Sequence[bytes]) -> str:
    """Give the key a command goes by."""
    return words[3 if words[0] == b"FCALL" else 1].decode()


def _words(line: bytes) -> Words:
    """Read a line of MONITOR: time, [db address], then quoted words; one of a function gives nothing."""
    head, _, rest = line.partition(b"] ")
    if head.endswith(b" lua"):
        return []
    return [word.decode("unicode_escape").encode("latin-1") for word in _WORD.findall(rest)]
