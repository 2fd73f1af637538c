"""Who holds which slot of a cluster, as CLUSTER SLOTS tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from router.errors import StoreAway
from router.store.dial import Dial
from router.store.node import Meet, Node
from router.store.replies import ReplyError, meaning
from router.store.stream import pack
from router.store.wire import Wire

SLOTS = 16384
Address = tuple[str, int]
Span = tuple[int, int, Address]
"""First slot, last slot, and where their primary listens."""

_FRESH_S = 0.1  # a dead server costs at most ten questions a second
_ASK = pack(("CLUSTER", "SLOTS"))


class ClusterMap:
    """The slot map; asked for on first use, after MOVED, and after a server did not answer.

    A server that leaves the map is forgotten: when it comes back as a primary it is met anew.
    """

    def __init__(self, seed: Dial, meet: Meet | None, deadline_s: float) -> None:
        self._seed = seed
        self._meet = meet
        self._deadline_s = deadline_s
        self._nodes: dict[Address, Node] = {}
        self._owners: list[Node | None] = [None] * SLOTS
        self._trusted = False
        self._asked_at = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    def owner(self, slot: int) -> Node | None:
        """Give the server of a slot; None while the map is in doubt."""
        return self._owners[slot] if self._trusted else None

    def nodes(self) -> Sequence[Node]:
        """Give every primary that holds slots; none while the map is in doubt."""
        return tuple(self._nodes.values()) if self._trusted else ()

    def doubt(self) -> None:
        """Ask again before the next call, unless we just did."""
        if asyncio.get_running_loop().time() - self._asked_at > _FRESH_S:
            self._trusted = False

    async def refresh(self) -> None:
        """Ask all servers known, take the first answer; callers of one moment share the question."""
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._refresh())
        await asyncio.shield(self._refreshing)

    async def _refresh(self) -> None:
        try:
            await self._adopt(await self._first_answer())
        finally:
            self._refreshing = None

    async def _first_answer(self) -> list[Span]:
        dials = {dial.name: dial for dial in (self._seed, *(node.dial for node in self._nodes.values()))}
        asked = [asyncio.create_task(_ask(dial)) for dial in dials.values()]
        why = StoreAway("no server of the cluster answers")
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    return await answer
                except StoreAway as problem:
                    why = problem
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        raise why

    async def _adopt(self, spans: Sequence[Span]) -> None:
        before, self._nodes = self._nodes, {}
        owners: list[Node | None] = [None] * SLOTS
        for first, last, address in spans:
            node = self._nodes.get(address) or before.pop(address, None)
            if node is None:
                node = Node(self._seed.toward(*address), self._meet, self._deadline_s)
            self._nodes[address] = node
            owners[first : last + 1] = [node] * (last + 1 - first)
        self._owners, self._trusted = owners, True
        self._asked_at = asyncio.get_running_loop().time()
        for gone in before.values():
            await gone.close()

    async def close(self) -> None:
        """Close the connections to all servers."""
        if self._refreshing is not None:
            self._refreshing.cancel()
        self._trusted = False
        nodes, self._nodes = self._nodes, {}
        await asyncio.gather(*(node.close() for node in nodes.values()))


async def _ask(dial: Dial) -> list[Span]:
    wire = Wire(dial, _stranger, dial.deadline_s)
    try:
        reply = await wire.send(_ASK)
    finally:
        await wire.close()
    if isinstance(reply, ReplyError):
        raise StoreAway(f"{dial.name} is no cluster: {meaning(reply).detail}")
    return [_span(row, dial.host) for row in reply]


async def _stranger(_run_id: str) -> None:
    """Ask without being introduced: the slot map holds no data of ours."""


def _span(row: Sequence[Any], asked: str) -> Span:
    """Read one row; a server that does not know its own address gives none: it is the one we asked."""
    first, last, primary = row[0], row[1], row[2]
    host = (primary[0] or b"").decode()
    return int(first), int(last), (asked if host in {"", "?"} else host, int(primary[1]))
