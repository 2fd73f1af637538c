"""The first of the two reads: everything known of a customer, with the event just posted in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Raw, Struct, json

from router.errors import Invalid, NotFound
from router.flow import join, shown
from router.flow.fold import Folds
from router.model import ids
from router.model.context import Context, Conversation, Customer, HandleShown, TimelinePage
from router.model.handle import Handle
from router.model.item import Item
from router.model.view import Edge, View
from router.policy.handles import normal_form
from router.policy.journey import strip
from router.policy.linking import LEAVES
from router.store import registers as stored
from router.store.entries import Kept
from router.store.items import Items
from router.store.reading import Reading
from router.store.registers import HandleRecord, Registers
from router.store.views import Views

EVENTS = 50
CONVERSATIONS = 20
LAST_AGENTS = 5


class Contexts:
    """Reads a customer over all handles of the view."""

    def __init__(  # noqa: PLR0913, PLR0917 - a context has many sources
        self,
        views: Views,
        reading: Reading,
        registers: Registers,
        items: Items,
        folds: Folds,
        hash_key: bytes,
        now: Callable[[], float],
    ) -> None:
        self._views, self._reading, self._registers = views, reading, registers
        self._items, self._folds = items, folds
        self._hash_key, self._now = hash_key, now

    async def by_handle(self, handle: Handle, /) -> Context:
        """Give the context of whoever has this address. NotFound, Invalid."""
        normal = normal_form(handle.type, handle.value)
        if normal is None:
            raise Invalid(f"{handle} is nobody's address", field="handle")
        return await self.by_customer(ids.handle_id(self._hash_key, normal))

    async def by_customer(self, customer: str, /) -> Context:
        """Give the context of a customer id. NotFound."""
        view = await self._view(customer)
        hids = view.hids
        records, kept, conversations, items, edges = await asyncio.gather(
            self._registers.handles(hids),
            self._reading.newest(hids, EVENTS),
            self._registers.conversations(hids, CONVERSATIONS),
            self._open_items(hids),
            self._views.edges(*hids) if view.members else _no_edges(),
        )
        if not any(records):
            raise NotFound(f"there is no customer {customer}")
        revs = {hid: record.rev if record else 0 for hid, record in zip(hids, records, strict=True)}
        journey = await self._folds.current(view, revs)
        return Context(
            customer=Customer(id=customer, canonical=view.view, name=_name(records)),
            handles=[
                _handle(hid, record, edges)
                for hid, record in zip(hids, records, strict=True)
                if record and (hid == view.view or record.type not in LEAVES)
            ],
            events=[Raw(entry.json) for entry in kept],
            items=items,
            conversations=[_conversation(one, hids, records) for one in conversations],
            journey=strip(journey),
            last_agents=_last_agents(kept),
        )

    async def timeline(self, customer: str, before: str | None, limit: int, /) -> TimelinePage:
        """Give a stretch of the timeline, newest first, from a cursor on. NotFound, Invalid."""
        view = await self._view(customer)
        kept = await self._stretch(view.hids, before, limit)
        following = kept[-1].prefix.hex() if len(kept) == limit else None
        return TimelinePage([Raw(entry.json) for entry in kept], following)

    async def journey(
        self,
        customer: str,
        as_of: datetime | None,
        window_days: float | None,
        unknown: Literal["same", "new"] | None,
        /,
    ) -> Struct:
        """Give the full journey, as it was known at ``as_of``. NotFound."""
        await self._view(customer)
        as_of_ms = None if as_of is None else round(as_of.timestamp() * 1000)
        found = await self._folds.journey(customer, as_of_ms, window_days, unknown)
        return found.answer

    async def _stretch(self, hids: Sequence[str], before: str | None, limit: int) -> list[Kept]:
        if before is None:
            return await self._reading.newest(hids, limit)
        try:
            return await self._reading.page(hids, bytes.fromhex(before), limit)
        except ValueError as problem:
            raise Invalid("`before` is no cursor of this timeline", field="before") from problem

    async def _view(self, customer: str) -> View:
        try:
            ids.partition(customer)
        except ValueError as problem:
            raise NotFound(f"there is no customer {customer}") from problem
        view = await self._views.get(customer)
        if not view.members and (await self._registers.handles([customer]))[0] is None:
            raise NotFound(f"there is no customer {customer}")
        return view

    async def _open_items(self, hids: Sequence[str]) -> list[Item]:
        names = await self._items.open_of(list(hids))
        return [shown.item(record) for record in await self._items.read(names)]


class _WithAgent(Struct):
    agent: str | None = None


_WITH_AGENT = json.Decoder(_WithAgent)


async def _no_edges() -> list[Edge]:
    return []


def _name(records: Sequence[HandleRecord | None]) -> str | None:
    """Choose the name with the most trust, of equals the one of the handle seen last."""
    named = [record for record in records if record and record.name]
    best = max(named, key=lambda one: (one.name_trust or 0, one.last_seen or 0), default=None)
    return best.name if best else None


def _handle(hid: str, record: HandleRecord, edges: Sequence[Edge]) -> HandleShown:
    return HandleShown(
        type=record.type,
        value=record.value,
        id=hid,
        first_seen=shown.at(record.first_seen),
        last_seen=None if record.last_seen is None else shown.at(record.last_seen),
        links=[join.show(edge, hid) for edge in edges if edge.holds() and hid in {edge.a.hid, edge.b.hid}],
    )


def _conversation(
    one: stored.Conversation, hids: Sequence[str], records: Sequence[HandleRecord | None]
) -> Conversation:
    record = dict(zip(hids, records, strict=True)).get(one.hid)
    return Conversation(
        id=one.id,
        channel=one.channel,
        label=one.label,
        handle=f"{record.type}:{record.value}" if record else one.hid,
        to=one.to,
        thread=one.thread,
        opened_at=shown.at(one.opened),
        last_in=None if one.last_in is None else shown.at(one.last_in),
        last_out=None if one.last_out is None else shown.at(one.last_out),
        ended_at=None if one.ended is None else shown.at(one.ended),
        events=one.in_n,
    )


def _last_agents(kept: Sequence[Kept]) -> list[str]:
    """Name the agents who dealt with the customer, the last first; most entries name none."""
    named = (entry.json for entry in kept if b'"agent":' in entry.json)
    found = dict.fromkeys(_WITH_AGENT.decode(entry).agent for entry in named)
    return [agent for agent in found if agent][:LAST_AGENTS]
