"""The way to the store: every call of every task, a few connections, one write per loop tick.

Nothing is sent twice: a call whose reply is missing raises StoreAway, and may or may not have run.
Only MOVED, which says that the command was not run, is followed, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Protocol

from redis.crc import key_slot

from router.errors import RouterError, StoreAway
from router.store.dial import Dial, split_cluster
from router.store.link_cluster import ClusterMap
from router.store.node import Meet, Node
from router.store.replies import ReplyError, meaning
from router.store.stream import Arg, pack
from router.store.wire import Wire

DEADLINE_S = 2.0


Keyed = tuple[str, tuple[Arg, ...]]
"""A command with the key that says where it runs."""


class SlotMap(Protocol):
    """Which server holds which slot."""

    def owner(self, slot: int) -> Node | None:
        """Give the server of a slot, 0 to 16383; None where it must be asked for."""

    def nodes(self) -> Sequence[Node]:
        """Give every primary known."""

    async def refresh(self) -> None:
        """Ask the servers who holds what."""

    def doubt(self) -> None:
        """Hear that a server did not answer: ask again before the next call."""

    async def close(self) -> None:
        """Close all connections."""


class SingleMap:
    """One server holds every slot."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def owner(self, slot: int) -> Node:  # noqa: ARG002  one server for all slots
        """Give the server."""
        return self._node

    def nodes(self) -> Sequence[Node]:
        """Give the server."""
        return (self._node,)

    async def refresh(self) -> None:
        """Do nothing: there is no other server to learn of."""

    def doubt(self) -> None:
        """Do nothing: there is no other server to turn to."""

    async def close(self) -> None:
        """Close its connections."""
        await self._node.close()


class Link:
    """Sends commands. Replies are as RESP2 gives them: bytes, int, None, lists of these."""

    def __init__(self, slots: SlotMap) -> None:
        self._slots = slots

    async def call(self, *args: Arg, key: str | bytes, read: bool = False) -> Any:
        """Run one command where ``key`` lives; ``read`` takes the lane of bulk reads.

        Raises StoreAway when there is no reply in time, Busy when the store is full, ReplyError when
        the store refuses the command.
        """
        packed = pack(args)
        reply = await self._send(packed, None, key, read)
        if _moved(reply):
            await self._slots.refresh()
            reply = await self._send(packed, None, key, read)
        return _sound(reply)

    async def many(
        self, commands: Sequence[Sequence[Arg]], *, key: str | bytes, read: bool = False
    ) -> list[Any]:
        """Run several commands of one slot in one write; their replies in order.

        This is no transaction. The first error among the replies is raised after all have run.
        """
        packed = b"".join([pack(tuple(command)) for command in commands])
        if not commands:
            return []
        replies = await self._send(packed, len(commands), key, read)
        if moved := [number for number, reply in enumerate(replies) if _moved(reply)]:
            await self._slots.refresh()
            packed = b"".join([pack(tuple(commands[number])) for number in moved])
            again = await self._send(packed, len(moved), key, read)
            for number, reply in zip(moved, again, strict=True):
                replies[number] = reply
        return [_sound(reply) for reply in replies]

    async def each(self, calls: Sequence[Keyed], *, read: bool = False) -> list[Any]:
        """Run commands of any slots; the replies in order, errors among them instead of raised.

        Those of one connection leave together and come back together: for many at once it costs a
        fraction of ``call``. ``read`` as there.
        """
        packed = [pack(command) for _, command in calls]
        replies = await self._spread([slot(key) for key, _ in calls], packed, read)
        if moved := [place for place, reply in enumerate(replies) if _moved(reply)]:
            await self._slots.refresh()
            numbers = [slot(calls[place][0]) for place in moved]
            again = await self._spread(numbers, [packed[place] for place in moved], read)
            for place, reply in zip(moved, again, strict=True):
                replies[place] = reply
        return [meaning(reply) if type(reply) is ReplyError else reply for reply in replies]

    async def _spread(self, numbers: Sequence[int], packed: Sequence[bytes], read: bool) -> list[Any]:
        """Send packed commands, each to its slot, by as few flights as there are connections."""
        flights: dict[Wire, list[int]] = {}
        for place, number in enumerate(numbers):
            node = self._slots.owner(number) or await self._owner(number)
            lanes = node.reads if read else node.writes
            flights.setdefault(lanes[number % len(lanes)], []).append(place)
        replies: list[Any] = [None] * len(packed)
        flying = []
        for wire, places in flights.items():
            try:
                flying.append((places, wire.send(b"".join([packed[place] for place in places]), len(places))))
            except RouterError as problem:
                _fill(replies, places, [problem] * len(places))
        for places, future in flying:
            try:
                _fill(replies, places, await future)
            except StoreAway as problem:
                self._slots.doubt()
                _fill(replies, places, [problem] * len(places))
        return replies

    async def everywhere(self, *args: Arg) -> list[Any]:
        """Run one command on every primary; the replies in no order."""
        packed = pack(args)
        if not self._slots.nodes():
            await self._slots.refresh()
        sent = [node.writes[0].send(packed) for node in self._slots.nodes()]
        replies = await asyncio.gather(*sent, return_exceptions=True)
        return [_sound(reply) for reply in sorted(replies, key=_worst_first)]

    async def all(self, calls: Sequence[Keyed], *, read: bool = False) -> list[Any]:
        """Run commands as ``each`` does; the first error is raised after all have run."""
        return [_sound(reply) for reply in await self.each(calls, read=read)]

    @asynccontextmanager
    async def blocking(self, key: str | bytes) -> AsyncIterator[Blocking]:
        """Open a connection of its own for commands that wait in the store, such as XREAD BLOCK."""
        node = await self._owner(slot(key))
        wire = node.blocking()
        try:
            yield Blocking(wire)
        finally:
            await node.release(wire)

    def holds(self, run_id: str, key: str | bytes) -> bool:
        """Whether the process with this run_id holds the key: which slots ``on_connect`` has to meet."""
        node = self._slots.owner(slot(key))
        return node is not None and node.is_process(run_id)

    async def close(self) -> None:
        """Close all connections; calls in flight fail with StoreAway."""
        await self._slots.close()

    async def _send(self, packed: bytes, count: int | None, key: str | bytes, read: bool) -> Any:
        number = slot(key)
        node = self._slots.owner(number) or await self._owner(number)
        lanes = node.reads if read else node.writes
        try:
            return await lanes[number % len(lanes)].send(packed, count)
        except StoreAway:
            self._slots.doubt()
            raise

    async def _owner(self, number: int) -> Node:
        if (node := self._slots.owner(number)) is None:
            await self._slots.refresh()
            node = self._slots.owner(number)
        if node is None:
            raise StoreAway(f"no server holds slot {number}")
        return node


class Blocking:
    """A connection for one reader that waits. A cancelled call ends the connection, the next opens it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def call(self, *args: Arg) -> Any:
        """Run one command, however long it waits."""
        landed = False
        try:
            reply = await self._wire.send(pack(args))
            landed = True
        finally:
            if not landed:
                self._wire.drop("the reader gave up")
        return _sound(reply)


@lru_cache(maxsize=4096)
def slot(key: str | bytes) -> int:
    """Give the slot of a key, 0 to 16383, by its hash tag (valkey.io/topics/cluster-spec)."""
    return key_slot(key.encode() if isinstance(key, str) else key)


def _fill(replies: list[Any], places: Sequence[int], answers: Sequence[Any]) -> None:
    for place, answer in zip(places, answers, strict=True):
        replies[place] = answer


def _moved(reply: Any) -> bool:
    """Whether the command was not run, because another server holds the slot now."""
    return type(reply) is ReplyError and reply.reason == "MOVED"


def _sound(reply: Any) -> Any:
    if isinstance(reply, ReplyError):
        raise meaning(reply)
    if isinstance(reply, BaseException):
        raise reply
    return reply


def _worst_first(reply: Any) -> int:
    """Sort a server that is away before one that refused, so that neither hides the other."""
    return (not isinstance(reply, BaseException)) + isinstance(reply, ReplyError)


async def open_link(url: str, *, on_connect: Meet | None = None, deadline_s: float = DEADLINE_S) -> Link:
    """Make a link to ``redis://``, ``rediss://``, ``unix://`` or ``redis+cluster://``; connects on first use.

    ``on_connect(run_id)`` is awaited for every server process that is new to this link, before other
    calls reach it; calls made within it go out at once. ``deadline_s`` holds for each call, in seconds.
    """
    plain, cluster = split_cluster(url)
    dial = Dial(plain, deadline_s)
    if cluster:
        return Link(ClusterMap(dial, on_connect, deadline_s))
    return Link(SingleMap(Node(dial, on_connect, deadline_s)))
