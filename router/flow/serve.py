"""What agents do: see their offers, accept, decline, complete, transfer, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from msgspec import Struct

from router.errors import Busy, Invalid, NotFound
from router.flow import shown
from router.flow.background import Background
from router.flow.context import Contexts
from router.flow.push import Push
from router.flow.route import Route
from router.flow.tell import Tell
from router.model.context import HeldItem
from router.model.event import Outcome
from router.model.item import Decision, Item, ItemState, Offer
from router.model.need import Want
from router.model.routing import Routing
from router.policy.rules import DEFAULT_QUEUE
from router.store.agents import OfferRecord
from router.store.items import Cancel, Completion, Held, Transfer
from router.store.slot import RoutingSlot

_DIGITS = 15
"""A place in a list is far below 10^15; a longer number is none the store can count to."""

TOUCHES = 3
"""How often who waits for offers extends their presence within a lease: one lost call does not end it."""

WIDEN_S = 30
"""How long an item waits for the one agent it was transferred to before others may take it."""


class ItemPage(Struct, frozen=True):
    """A stretch of items by entry time; ``next`` continues it."""

    items: list[Item]
    next: str | None


class Serve:
    """The agents' side of items and offers. ``agent`` None: whoever the offer was made to."""

    def __init__(  # noqa: PLR0913, PLR0917 - what an agent's action touches
        self,
        slot: RoutingSlot,
        route: Route,
        tell: Tell,
        contexts: Contexts,
        push: Push,
        background: Background,
        settings: Routing,
    ) -> None:
        self._agents, self._items, self._registries = slot.agents, slot.items, slot.registries
        self._route, self._tell, self._contexts, self._push = route, tell, contexts, push
        self._background, self._settings = background, settings
        self._memory_ms, self._lease_ms = round(settings.memory_s * 1000), round(settings.lease_s * 1000)

    async def offers(self, agent: str, wait_s: float = 0, /) -> list[Offer]:
        """Give an agent's pending offers; wait up to ``wait_s`` for one where there is none. NotFound.

        Asking extends the agent's presence lease, if one runs, and so does waiting. A store that is full
        cannot extend it, but still says what is offered.
        """
        await self._touch(agent)
        with self._push.waiting(agent) as offered:
            found = await self._pending(agent)
            if not found and await self._comes(agent, offered, wait_s):
                found = await self._pending(agent)
        return found

    async def accept(self, offer: str, agent: str | None, /) -> HeldItem:
        """Take an offered item; the winner may ask again. OfferTaken, OfferExpired, OfferRescinded."""
        held = await self._agents.accept(offer, await self._who(offer, agent))
        record = await self._settle(held)
        context = await self._contexts.by_customer(record["hid"])
        item = shown.item(record)
        return HeldItem(**{name: getattr(item, name) for name in item.__struct_fields__}, context=context)

    async def decline(self, offer: str, agent: str | None, /) -> Item:
        """Turn an offer down. OfferTaken, OfferExpired, OfferRescinded, NotFound."""
        return await self._show(
            await self._agents.decline(offer, await self._who(offer, agent), self._memory_ms)
        )

    async def complete(  # noqa: PLR0913 - a wrap-up says all this
        self,
        item: str,
        /,
        *,
        offer: str,
        agent: str | None,
        op: str,
        outcome: Outcome | None = None,
        issue: str | None = None,
        topic: str | None = None,
        note: str | None = None,
    ) -> Item:
        """Wrap an item up; ``op`` makes a repetition harmless. NotHeld, WrongState, NotFound."""
        agent = await self._who(offer, agent)
        done = Completion(
            item=item, offer=offer, agent=agent, op=op, outcome=outcome, issue=issue, topic=topic, note=note
        )
        return await self._show(await self._items.complete(done))

    async def cancel(self, item: str, /, *, offer: str, agent: str | None, op: str) -> Item:
        """Withdraw the work. NotHeld, WrongState, NotFound."""
        cancel = Cancel(item=item, offer=offer, agent=await self._who(offer, agent), op=op)
        return await self._show(await self._items.cancel(cancel))

    async def transfer(  # noqa: PLR0913 - a transfer says all this
        self,
        item: str,
        /,
        *,
        offer: str,
        agent: str | None,
        op: str,
        queue: str | None = None,
        to_agent: str | None = None,
        wait: Literal["keep", "reset"] = "keep",
    ) -> Item:
        """Hand an item on to a queue or an agent. NotHeld, WrongState, NotFound."""
        record = await self._items.one(item)
        queues = {DEFAULT_QUEUE, *(await self._registries.refresh()).queues}
        if queue is not None and queue not in queues:
            raise NotFound(f"there is no queue {queue}", field="queue")
        want = _want(record, queue or record["queue"])
        who = await self._who(offer, agent)

        async def attempt() -> Held:
            made, lane = self._route.plan(want)
            await self._route.open(made, lane)
            return await self._items.transfer(
                Transfer(
                    item=item,
                    offer=offer,
                    agent=who,
                    op=op,
                    queue=made.queue,
                    lane=made.lane,
                    skills=made.skills,
                    add_ms=made.add_ms,
                    offer_ms=made.offer_ms,
                    wrap_ms=made.wrap_ms,
                    idle_ms=made.idle_ms,
                    reset=wait == "reset",
                    reg=self._registries.now.reg,
                    to_agent=to_agent,
                    widen_ms=WIDEN_S * 1000,
                    memory_ms=self._memory_ms,
                )
            )

        return await self._show(await self._route.fresh(attempt))

    async def item(self, item: str, /) -> Item:
        """Show one item; NotFound."""
        return shown.item(await self._items.one(item))

    async def items(
        self,
        queue: str | None,
        state: ItemState | None,
        channel: str | None,
        cursor: str | None,
        limit: int,
        /,
    ) -> ItemPage:
        """Show open items by entry time, those that match; a page may hold fewer than ``limit``. Invalid."""
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS):
            raise Invalid("`cursor` is no cursor of this list", field="cursor")
        start = int(cursor or 0)
        names = await self._items.open(start, limit)
        wanted = {"queue": queue, "state": state, "channel": channel}
        found = [
            shown.item(one)
            for one in await self._items.read(names)
            if all(value is None or one[name] == value for name, value in wanted.items())
        ]
        return ItemPage(found, str(start + limit) if len(names) == limit else None)

    async def decisions(self, item: str, /) -> list[Decision]:
        """Say why an item went, or did not go, to an agent, oldest first. NotFound."""
        await self._items.one(item)
        return [shown.decision(raw) for raw in await self._items.decisions(item)]

    async def _who(self, offer: str, agent: str | None) -> str:
        """Give who acts: the agent named, else the one the offer was made to."""
        return agent or (await self._agents.offer(offer)).agent

    async def _comes(self, agent: str, offered: asyncio.Event, wait_s: float) -> bool:
        """Say whether an offer comes within ``wait_s``; whoever waits for it is there."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while (left_s := until - loop.time()) > 0:
            try:
                async with asyncio.timeout(min(left_s, self._lease_ms / 1000 / TOUCHES)):
                    return await offered.wait()
            except TimeoutError:
                await self._touch(agent)
        return False

    async def _touch(self, agent: str) -> None:
        with suppress(Busy):
            await self._agents.touch(agent, self._lease_ms, opened=False)

    async def _pending(self, agent: str) -> list[Offer]:
        record = await self._agents.one(agent)
        items = await self._items.read(sorted(record.holds))
        offered = [one for one in items if one["state"] == "offered" and one["agent"] == agent]
        offers = await asyncio.gather(*(self._agents.offer(one["offer"]) for one in offered))
        return [_offer(offer, one) for offer, one in zip(offers, offered, strict=True)]

    async def _settle(self, held: Held) -> dict[str, str]:
        """Let the timeline hear of the transition before the answer does, if it can at once."""
        item = held.item or ""
        told = self._background.spawn(self._tell.item(item))
        await self._background.within(self._settings.answer_wait_ms / 1000, told)
        return await self._items.one(item)

    async def _show(self, held: Held) -> Item:
        return shown.item(await self._settle(held))


def _offer(offer: OfferRecord, record: Mapping[str, str]) -> Offer:
    return Offer(
        id=offer.id,
        item=shown.item(record),
        agent=offer.agent,
        state=offer.state,  # type: ignore[arg-type] # written by lib/offer.lua only
        expires_at=shown.at(offer.expires),
    )


def _want(record: Mapping[str, str], queue: str) -> Want:
    """Give the routing facts of an item that moves to a queue."""
    return Want(
        queue=queue,
        channel=record["channel"],
        label=record["label"],
        skills=tuple(skill for skill in record["skills"].split(",") if skill),
        priority=int(record["priority"]),
    )
