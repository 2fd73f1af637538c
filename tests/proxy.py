"""A proxy between the router and its store that fails on command."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self


class Proxy:
    """Forwards a unix socket to another; ``cut`` and ``hold`` say what happens to replies.

    ``cut``: the next reply is swallowed and the connection closed, as when it breaks after execution.
    ``hold``: replies are kept back until ``release``.
    """

    def __init__(self, target: Path, folder: Path) -> None:
        self._target = target
        self._path = folder / "proxy"
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Event()
        self._free.set()
        self.cut = False
        self.connections = 0

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"unix://{self._path}"

    def hold(self) -> None:
        """Keep replies back from now on."""
        self._free.clear()

    def release(self) -> None:
        """Let the replies kept back go on their way."""
        self._free.set()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._meet, self._path)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and end all connections."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        store_reader, store_writer = await asyncio.open_unix_connection(self._target)
        asking = asyncio.create_task(_forward(reader, store_writer))
        try:
            while data := await store_reader.read(65536):
                if self.cut:
                    self.cut = False
                    return
                await self._free.wait()
                writer.write(data)
        finally:
            asking.cancel()
            writer.close()
            store_writer.close()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
