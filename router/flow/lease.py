"""A listener of which there may be only one: it listens while this router holds the lease of its source."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from router.errors import RouterError
from router.flow.keep import keep
from router.ports import Listener, Sink
from router.store.leases import Leases


class Leased:
    """Starts and stops a listener as its source's lease comes and goes. Itself a listener.

    It stops only when it hears that another has the lease: what a telephone system tells while the store is
    away is told once. So two may listen for a moment; what both hear is kept once, because events are.
    """

    def __init__(self, listener: Listener, leases: Leases, source: str) -> None:
        self._listener, self._leases, self._source = listener, leases, source
        self._listening = False
        self._holding: asyncio.Task[None] | None = None

    async def start(self, sink: Sink) -> None:
        """Begin to listen, or to wait until nobody else does."""
        await self._turn(sink)
        self._holding = asyncio.create_task(keep(f"lease of {self._source}", lambda: self._hold(sink)))

    async def stop(self) -> None:
        """Stop listening, then let the next one in at once."""
        if self._holding is None:
            return
        self._holding.cancel()
        await asyncio.gather(self._holding, return_exceptions=True)
        self._holding = None
        await self._end()
        with contextlib.suppress(RouterError):  # the store is away: then the lease ends by itself
            await self._leases.leave(self._source)

    async def _hold(self, sink: Sink) -> None:
        """Ask for the lease three times while it lasts, so that two answers may be lost."""
        while True:
            await asyncio.sleep(self._leases.lease_s / 3)
            await self._turn(sink)

    async def _turn(self, sink: Sink) -> None:
        """Ask for the lease, and listen or not as the answer is. Without an answer all stays as it is."""
        try:
            held = await self._leases.take(self._source)
        except RouterError:
            return
        await (self._begin(sink) if held else self._end())

    async def _begin(self, sink: Sink) -> None:
        if self._listening:
            return
        self._listening = True
        try:
            await self._listener.start(sink)
        except Exception:
            self._listening = False
            raise
        structlog.get_logger().info("lease_held", source=self._source)

    async def _end(self) -> None:
        if not self._listening:
            return
        await self._listener.stop()
        self._listening = False
        structlog.get_logger().info("lease_ended", source=self._source)
