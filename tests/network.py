"""The internet, for tests of what is asked of it: the only part of the world that they do not start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager

from router.errors import Unsent
from router.ports import Answer, Call


class Network:
    """Answers GET by what lies at each address; there is nobody at others. ``asked`` has every address.

    While ``open`` is not set nobody gets an answer.
    """

    def __init__(self, pages: Mapping[str, bytes | Answer | Exception] | None = None) -> None:
        self.pages = dict(pages or {})
        self.asked: list[str] = []
        self.asking = asyncio.Semaphore(0)
        self.open = asyncio.Event()
        self.open.set()

    async def call(self, call: Call) -> Answer:
        """Give what lies there."""
        assert call.method == "GET"
        self.asked.append(call.url)
        self.asking.release()
        await self.open.wait()
        page = self.pages.get(call.url, Unsent("nobody is there"))
        if isinstance(page, Exception):
            raise page
        return page if isinstance(page, Answer) else Answer(200, {}, page)

    def listen(
        self, url: str, headers: Mapping[str, str] = {}
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Refuse: no test of this opens a WebSocket."""
        raise AssertionError((url, headers))
