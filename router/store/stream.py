"""One connection, from its handshake to its end: calls of a loop tick leave in one write.

Replies come back in the order of the calls, so a connection that misses one reply can never be used
again: it is dropped whole, and every call in flight on it fails.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import hiredis

from router.errors import RouterError, StoreAway
from router.store.replies import ELSEWHERE, ReplyError

Arg = str | bytes | int | float

pack: Final[Callable[[tuple[Arg, ...]], bytes]] = hiredis.pack_command  # type: ignore[assignment]
"""Write one command in RESP. The C function's own stub speaks of tuples of length one."""

_MORE: Final = object()


class Flight:
    """A call on its way: ``left`` commands whose replies are still to come, begun at ``since``.

    ``many`` holds the replies of a call of several commands; a single command has None there.
    """

    __slots__ = ("future", "left", "many", "meets", "packed", "since")

    def __init__(self, future: asyncio.Future[Any], packed: bytes, count: int | None, since: float) -> None:
        self.future = future
        self.packed = packed
        self.left = 1 if count is None else count
        self.many: list[Any] | None = None if count is None else []
        self.since = since
        self.meets = False

    def fail(self, error: RouterError) -> None:
        """End the call with an error, unless its caller has gone."""
        if not self.future.done():
            self.future.set_exception(error)


class Stream(asyncio.Protocol):
    """An open connection. ``lost`` is called once when it ends, with the reason in words."""

    def __init__(self, loop: asyncio.AbstractEventLoop, lost: Callable[[Stream, str], None]) -> None:
        self._loop = loop
        self._lost = lost
        self._writer: asyncio.StreamWriter | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._reader = hiredis.Reader(replyError=ReplyError, notEnoughData=_MORE)
        self._outbox: list[bytes] = []
        self.flying: deque[Flight] = deque()

    def attach(self, writer: asyncio.StreamWriter) -> None:
        """Take the socket over from redis-py; its writer is kept, so that it is not closed under us."""
        writer.transport.set_protocol(self)
        self._writer, self._transport = writer, writer.transport
        if writer.transport.is_closing():
            self.drop("the connection closed during its handshake")

    @property
    def alive(self) -> bool:
        """Whether calls can still leave."""
        return self._transport is not None

    def send(self, flight: Flight) -> None:
        """Let the call leave with all others of this loop tick."""
        if not self._outbox:
            self._loop.call_soon(self._flush)
        self._outbox.append(flight.packed)
        self.flying.append(flight)

    def _flush(self) -> None:
        outbox, self._outbox = self._outbox, []
        if self._transport is not None:
            self._transport.write(b"".join(outbox))

    def data_received(self, data: bytes) -> None:
        """Give each reply to the call at the head of the row."""
        reader, flying = self._reader, self.flying
        reader.feed(data)
        try:
            while (reply := reader.gets()) is not _MORE:
                if not flying:
                    self.drop("the store sent what nobody asked for")
                    return
                flight = flying[0]
                flight.left -= 1
                if not flight.left:
                    flying.popleft()
                _land(flight, reply)
                if type(reply) is ReplyError and reply.reason in ELSEWHERE:
                    self.drop(reply.detail)
                    return
        except hiredis.ProtocolError as problem:
            self.drop(f"the store does not speak RESP: {problem}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what is in flight: nobody can know whether it was done."""
        self.drop(f"the connection broke: {exc}" if exc else "the store closed the connection")

    def drop(self, why: str) -> None:
        """Close at once and fail every call in flight with StoreAway; the second time does nothing."""
        transport, self._transport = self._transport, None
        if transport is None:
            return
        transport.abort()
        flying, self.flying = self.flying, deque()
        for flight in flying:
            flight.fail(StoreAway(why))
        self._lost(self, why)


def _land(flight: Flight, reply: Any) -> None:
    future, many = flight.future, flight.many
    if many is not None:
        many.append(reply)
        if flight.left:
            return
        reply = many
    if not future.done():
        future.set_result(reply)
