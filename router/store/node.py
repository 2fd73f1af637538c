"""One server: its lanes, and who it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from router.errors import RouterError, StoreAway
from router.store.dial import Dial
from router.store.wire import MEETING, Wire

Meet = Callable[[str], Awaitable[None]]
"""Told the run_id of a server that is new to us: first contact, restart, failover."""

WRITES = 2
"""Lanes for calls that change something; a hash tag always takes the same one."""
READS = 1
"""Lanes for bulk reads, so that a long reply holds up no write."""


class Node:
    """A server. ``meet`` is awaited once per new run_id, before any other call goes out."""

    def __init__(self, dial: Dial, meet: Meet | None, deadline_s: float) -> None:
        self.dial = dial
        self._meet = meet
        self._met: str | None = None
        self._meeting: tuple[str, asyncio.Task[None]] | None = None
        self.writes = tuple(Wire(dial, self._greet, deadline_s) for _ in range(WRITES))
        self.reads = tuple(Wire(dial, self._greet, deadline_s) for _ in range(READS))
        self._blocking: set[Wire] = set()

    def is_process(self, run_id: str) -> bool:
        """Whether this server is that process, as far as we know; also while we meet it."""
        return run_id == (self._meeting[0] if self._meeting else self._met)

    def blocking(self) -> Wire:
        """Open a lane without a deadline, for a reader that waits in the store."""
        wire = Wire(self.dial, self._greet, None)
        self._blocking.add(wire)
        return wire

    async def release(self, wire: Wire) -> None:
        """Close a lane that ``blocking`` gave."""
        self._blocking.discard(wire)
        await wire.close()

    async def _greet(self, run_id: str) -> None:
        if run_id == self._met:
            return
        if self._meeting is None or self._meeting[0] != run_id:
            self._forget_others(run_id)
            self._meeting = (run_id, asyncio.create_task(self._introduce(run_id)))
        await asyncio.shield(self._meeting[1])

    def _forget_others(self, run_id: str) -> None:
        """Drop the lanes that lead to the process that was here before."""
        for wire in (*self.writes, *self.reads, *self._blocking):
            if wire.run_id not in {None, run_id}:
                wire.drop(f"{self.dial.name} is another process now")

    async def _introduce(self, run_id: str) -> None:
        MEETING.set(True)
        try:
            if self._meet is not None:
                await self._meet(run_id)
            self._met = run_id
        except RouterError:
            raise
        except Exception as problem:
            raise StoreAway(f"could not meet {self.dial.name}: {problem!r}") from problem
        finally:
            if self._meeting is not None and self._meeting[0] == run_id:
                self._meeting = None

    async def close(self) -> None:
        """Close every lane; a meeting under way is given up."""
        if self._meeting is not None:
            self._meeting[1].cancel()
        await asyncio.gather(*(wire.close() for wire in (*self.writes, *self.reads, *self._blocking)))
