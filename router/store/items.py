"""Items in the routing slot: one method per Lua function, and the reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from router.errors import NotFound, RouterError
from router.store import keys
from router.store.library import Call, Library
from router.store.link import Link


class Held(Struct, frozen=True):
    """What a transition left: the item and its state; ``open`` False when there is none."""

    open: bool = False
    item: str | None = None
    state: str = ""
    queue: str = ""
    agent: str = ""
    offer: str = ""


class Sync(Struct, frozen=True, kw_only=True):
    """What a conversation needs now, and the item it would get. Times and spans in ms."""

    cnv: str
    hid: str
    view: str
    rev: int
    want_rev: int
    ended: bool
    seen: bool
    in_n: int
    received_ms: int
    queue: str
    channel: str
    label: str
    lane: str
    skills: str
    priority: int
    add_ms: int
    offer_ms: int
    wrap_ms: int
    idle_ms: int
    max_offers: int
    issue: str | None
    topic: str | None
    reg: int


class Completion(Struct, frozen=True, kw_only=True):
    """An agent's wrap-up; ``op`` names the operation, so that repeating it changes nothing."""

    item: str
    offer: str
    agent: str
    op: str
    outcome: str | None = None
    issue: str | None = None
    topic: str | None = None
    note: str | None = None


class Cancel(Struct, frozen=True, kw_only=True):
    """An agent withdraws the work."""

    item: str
    offer: str
    agent: str
    op: str


class Transfer(Struct, frozen=True, kw_only=True):
    """An agent hands an item on; spans in ms."""

    item: str
    offer: str
    agent: str
    op: str
    queue: str
    lane: str
    skills: str
    add_ms: int
    offer_ms: int
    wrap_ms: int
    idle_ms: int
    reset: bool
    reg: int
    to_agent: str | None
    widen_ms: int
    memory_ms: int


class Happening(Struct, frozen=True, kw_only=True):
    """What happened to an item and its timeline has to be told; ``rev`` counts within the item."""

    rev: int
    at_ms: int
    what: Literal["accepted", "transferred", "completed", "cancelled", "abandoned", "lapsed"]
    offer: str = ""
    agent: str | None = None
    queue: str | None = None
    to_queue: str | None = None
    to_agent: str | None = None
    outcome: str | None = None
    issue: str | None = None
    topic: str | None = None
    note: str | None = None
    want: int = 0


class _ItemOnly(Struct):
    item: str


class _Clear(Struct):
    item: str
    rev: int


class _Lane(Struct):
    lane: str


class _Offered(Struct):
    offered: int


class _Left(Struct):
    left: int


_HAPPENING = msgspec.json.Decoder(Happening)


class Items:
    """The items of one workspace."""

    def __init__(self, link: Link, library: Library, p: str) -> None:
        self._link, self._library, self._p = link, library, p
        self._anchor = keys.slot(p)

    async def sync(self, sync: Sync) -> Held:
        """Bring a conversation's item in line; Stale when the registry moved on."""
        return await self._call("item_sync", sync)

    async def sync_each(self, syncs: Sequence[Sync]) -> list[Held | RouterError]:
        """Bring many conversations' items in line at once; an error stands where ``sync`` would raise it."""
        return await self._library.each([Call("item_sync", self._anchor, one, Held) for one in syncs])

    async def complete(self, completion: Completion) -> Held:
        """Wrap up; NotHeld or WrongState when the agent may not."""
        return await self._call("item_complete", completion)

    async def cancel(self, cancel: Cancel) -> Held:
        """Withdraw the work; NotHeld or WrongState when the agent may not."""
        return await self._call("item_cancel", cancel)

    async def transfer(self, transfer: Transfer) -> Held:
        """Hand on; NotHeld, WrongState, or Stale when the registry moved on."""
        return await self._call("item_transfer", transfer)

    async def lapse(self, function: str, item: str) -> Held:
        """Run a clock's transition on an item: wrap_end, idle_end, retry or widen."""
        return await self._call(f"item_{function}", _ItemOnly(item))

    async def match(self, lane: str) -> int:
        """Offer what waits in a lane to who is ready; give how many items found an agent."""
        return (await self._library.call("lane_match", self._anchor, _Lane(lane), reply=_Offered)).offered

    async def clear(self, item: str, rev: int) -> int:
        """Forget the happenings that stand on the timeline; give how many are left."""
        done = await self._library.call("happening_clear", self._anchor, _Clear(item, rev), reply=_Left)
        return done.left

    async def happenings(self, item: str) -> list[Happening]:
        """Read what is still to be told of an item, oldest first."""
        key = keys.happenings(self._p, item)
        told = await self._link.call("LRANGE", key, 0, -1, key=key)
        return [_HAPPENING.decode(one) for one in told]

    async def read(self, items: list[str]) -> list[dict[str, str]]:
        """Read items as their fields; one that is gone is left out."""
        calls = [("HGETALL", keys.item(self._p, item)) for item in items]
        replies = await self._link.many(calls, key=self._anchor) if calls else []
        return [{"id": item, **fields(flat)} for item, flat in zip(items, replies, strict=True) if flat]

    async def one(self, item: str) -> dict[str, str]:
        """Read one item; NotFound."""
        found = await self.read([item])
        if not found:
            raise NotFound(f"there is no item {item}")
        return found[0]

    async def open_of(self, hids: list[str]) -> list[str]:
        """Name the open items of some handles."""
        calls = [("SMEMBERS", keys.open_items(self._p, hid)) for hid in hids]
        replies = await self._link.many(calls, key=self._anchor)
        return sorted(item.decode() for reply in replies for item in reply)

    async def open(self, start: int, count: int) -> list[str]:
        """Name open items by entry time, a stretch of them."""
        key = keys.open_all(self._p)
        found = await self._link.call("ZRANGE", key, start, start + count - 1, key=key, read=True)
        return [item.decode() for item in found]

    async def decisions(self, item: str) -> list[bytes]:
        """Read the decisions on an item as JSON, oldest first."""
        key = keys.decisions(self._p, item)
        found: list[bytes] = await self._link.call("LRANGE", key, 0, -1, key=key)
        return found

    async def _call(self, name: str, request: Struct) -> Held:
        return await self._library.call(name, self._anchor, request, reply=Held)


def fields(flat: list[Any]) -> dict[str, str]:
    """Make a hash's reply a dict of texts."""
    texts = [one.decode() for one in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))
