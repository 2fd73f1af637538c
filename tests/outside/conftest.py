"""What tests of the world outside may ask for: the internet, and a server that does what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from router.outside import Internet

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Playing = Callable[..., AbstractAsyncContextManager[int]]


@pytest.fixture
async def internet() -> AsyncIterator[Internet]:
    """Give the world outside, and close it after the test."""
    found = Internet()
    yield found
    await found.close()


@pytest.fixture
def playing() -> Playing:
    """Let a server play to every connection for as long as a block runs; gives its port."""

    @contextlib.asynccontextmanager
    async def open_server(play: Play, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await play(reader, writer)
            writer.close()

        server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
        async with server:
            yield server.sockets[0].getsockname()[1]

    return open_server
