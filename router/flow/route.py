"""Tick 2 of the way of an event: what a conversation needs becomes an item in a lane."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from router.errors import Busy, RouterError, Stale
from router.model.lane import Lane
from router.model.need import Need, Plan, Want
from router.model.routing import Routing
from router.policy.lanes import serves
from router.policy.plan import plan
from router.store.items import Held, Sync
from router.store.slot import RoutingSlot

T = TypeVar("T")

ATTEMPTS = 8
"""Each attempt reads the registry anew; it changes with configuration, not with traffic."""

PLANS = 1000
"""Plans kept: queues times channels times priorities that occur are some hundreds."""


class Route:
    """Thinks under the registry as this process knows it; Lua refuses what is stale."""

    def __init__(self, slot: RoutingSlot, settings: Routing) -> None:
        self._items, self._registries, self._settings = slot.items, slot.registries, settings
        self._planned_under = slot.registries.now
        self._plans: dict[tuple[object, ...], tuple[Plan, Lane]] = {}

    async def sync(self, needs: Sequence[Need]) -> list[Held | RouterError]:
        """Bring the items of conversations in line; an error stands where one could not be (yet)."""
        found: dict[int, Held | RouterError] = {}

        async def attempt() -> None:
            left = [place for place in range(len(needs)) if place not in found]
            outcomes = await self._items.sync_each([await self._planned(needs[place]) for place in left])
            stale = None
            for place, outcome in zip(left, outcomes, strict=True):
                if isinstance(outcome, Stale):
                    stale = outcome
                else:
                    found[place] = outcome
            if stale is not None:
                raise stale

        try:
            await self.fresh(attempt)
        except RouterError as problem:
            return [found.get(place, problem) for place in range(len(needs))]
        return [found[place] for place in range(len(needs))]

    async def _planned(self, need: Need) -> Sync:
        made, lane = self.plan(need.want)
        await self.open(made, lane)
        return self.request(need, made)

    def plan(self, want: Want) -> tuple[Plan, Lane]:
        """Plan an item under the registry at hand; equal wants have equal plans until it moves on."""
        now = self._registries.now
        if now is not self._planned_under or len(self._plans) >= PLANS:
            self._planned_under = now
            self._plans.clear()
        alike = (want.queue, want.channel, want.label, want.skills, want.priority, want.target_s, want.tier)
        made = self._plans.get(alike)
        if made is None:
            made = self._plans[alike] = plan(want, now.queues, self._settings)
        return made

    async def open(self, made: Plan, lane: Lane) -> None:
        """Open the lane of a plan where it is not; Stale when the registry moved on."""
        now = self._registries.now
        if made.lane not in now.lanes:
            crews = [crew for crew, what in now.crews.items() if serves(what, lane)]
            await self._registries.open_lane(made.lane, lane, crews)

    async def fresh(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Think, commit, and think again while the registry moves on."""
        for _ in range(ATTEMPTS):
            try:
                return await attempt()
            except Stale:
                await self._registries.refresh()
        raise Busy("the configuration keeps changing; try again")

    def request(self, need: Need, made: Plan) -> Sync:
        """Say what the store is asked for."""
        want = need.want
        return Sync(
            cnv=need.cnv,
            hid=need.hid,
            view=need.view,
            rev=need.rev,
            want_rev=need.want_rev,
            ended=need.ended,
            seen=need.seen,
            in_n=need.in_n,
            received_ms=want.received_ms,
            queue=made.queue,
            channel=want.channel,
            label=want.label,
            lane=made.lane,
            skills=made.skills,
            priority=want.priority,
            add_ms=made.add_ms,
            offer_ms=made.offer_ms,
            wrap_ms=made.wrap_ms,
            idle_ms=made.idle_ms,
            max_offers=self._settings.max_offers,
            issue=want.issue,
            topic=want.topic,
            reg=self._registries.now.reg,
        )
