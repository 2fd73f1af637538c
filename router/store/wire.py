"""One lane to one server: connects on first use, again after a loss, and keeps every deadline."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from router.errors import Busy, RouterError, StoreAway
from router.store.dial import Dial
from router.store.stream import Flight, Stream, pack

MEETING: ContextVar[bool] = ContextVar("meeting", default=False)
"""Set for the calls of ``on_connect``, which go out while all others still wait."""

Greet = Callable[[str], Awaitable[None]]

_INFO = pack(("INFO", "server", "persistence", "replication"))
_CLOSING = "the router is closing its connections"
_MOST = 20_000  # calls in flight on one lane; at 40 000 calls/s half a second of work


class Wire:
    """A connection that comes back. ``greet`` is awaited with the run_id before calls go out.

    A call fails with StoreAway ``deadline_s`` seconds after it was made at the latest. None: never.
    """

    def __init__(self, dial: Dial, greet: Greet, deadline_s: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._dial = dial
        self._greet = greet
        self._deadline_s = deadline_s
        self._stream: Stream | None = None
        self._ready: Stream | None = None
        self._held: deque[Flight] = deque()
        self._connecting: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self.run_id: str | None = None
        self._closed = False

    def send(self, packed: bytes, count: int | None = None) -> asyncio.Future[Any]:
        """Send one command (count None), or ``count`` packed together, whose replies come as a list."""
        loop = self._loop
        flight = Flight(loop.create_future(), packed, count, loop.time())
        if self._ready is not None:
            if len(self._ready.flying) >= _MOST:
                raise Busy("too many calls wait for the store")
            self._ready.send(flight)
        else:
            self._hold(flight)
        if self._watch is None and self._deadline_s is not None:
            self._watch = loop.call_later(self._deadline_s, self._expire)
        return flight.future

    def _hold(self, flight: Flight) -> None:
        if self._closed:
            raise StoreAway(_CLOSING)
        flight.meets = MEETING.get()
        if flight.meets and self._stream is not None and self.run_id is not None:
            self._stream.send(flight)
            return
        if len(self._held) >= _MOST:
            raise Busy("too many calls wait for the store")
        self._held.append(flight)
        if self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        self.run_id = None
        try:
            writer = await self._dial.connect()
            stream = self._stream = Stream(self._loop, self._on_lost)
            stream.attach(writer)
            self.run_id = await self._read_run_id(stream)
            self._release(stream, meets_only=True)
            await self._greet(self.run_id)
        except RouterError as problem:
            self.drop(problem.detail)
        else:
            if stream.alive:
                self._ready = stream
                self._release(stream, meets_only=False)
            else:
                self._fail_held("the connection broke while the router met the store")
        finally:
            self._connecting = None

    async def _read_run_id(self, stream: Stream) -> str:
        """Ask who is there; a server that is loading, or a replica, is nobody to talk to."""
        flight = Flight(self._loop.create_future(), _INFO, None, self._loop.time())
        stream.send(flight)
        try:
            async with asyncio.timeout(self._dial.deadline_s):
                info = await flight.future
        except TimeoutError as problem:
            raise StoreAway(f"{self._dial.name} does not say who it is") from problem
        if isinstance(info, RouterError):
            raise StoreAway(f"{self._dial.name} does not say who it is: {info.detail}")
        lines = dict(line.partition(":")[::2] for line in info.decode().splitlines())
        if lines.get("loading") == "1":
            raise StoreAway(f"{self._dial.name} is loading its data")
        if lines.get("role") != "master":
            raise StoreAway(f"{self._dial.name} is a replica")
        return str(lines["run_id"])

    def _release(self, stream: Stream, *, meets_only: bool) -> None:
        held, self._held = self._held, deque()
        for flight in held:
            if flight.meets or not meets_only:
                stream.send(flight)
            else:
                self._held.append(flight)

    def _expire(self) -> None:
        self._watch = None
        if self._deadline_s is None:
            return
        limit = self._loop.time() - self._deadline_s
        words = f"{self._dial.name} did not answer within {self._deadline_s:g} s"
        while self._held and self._held[0].since <= limit:
            self._held.popleft().fail(StoreAway(words))
        if self._stream and self._stream.flying and self._stream.flying[0].since <= limit:
            self.drop(words)
        rows = (self._held, self._stream.flying if self._stream else ())
        oldest = [row[0].since for row in rows if row]
        if oldest:
            self._watch = self._loop.call_at(min(oldest) + self._deadline_s, self._expire)

    def _on_lost(self, stream: Stream, why: str) -> None:
        if stream is self._stream:
            self._stream = self._ready = self.run_id = None
            self._fail_held(why)

    def _fail_held(self, why: str) -> None:
        held, self._held = self._held, deque()
        for flight in held:
            flight.fail(StoreAway(why))

    def drop(self, why: str) -> None:
        """Give the connection up and fail its calls; the next call connects anew."""
        if self._stream is not None:
            self._stream.drop(why)
        self._fail_held(why)

    async def close(self) -> None:
        """End for good; calls still in flight fail with StoreAway."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        self.drop(_CLOSING)
