"""Moves time in the routing slot. Any number of processes may: a transition checks by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from router.errors import RouterError
from router.model.routing import Routing
from router.store.slot import RoutingSlot

BATCH = 256


class Clock:
    """Runs what is due. The transition itself removes its due entry, so no claim can die with us."""

    def __init__(self, slot: RoutingSlot, settings: Routing) -> None:
        self._dues, self._registries, self._settings = slot.dues, slot.registries, settings
        items, agents = slot.items, slot.agents
        self._items = items
        memory_ms, grace_ms = round(settings.memory_s * 1000), round(settings.lease_grace_s * 1000)
        self._runs: Mapping[str, Callable[[str], Awaitable[object]]] = {
            "offer": lambda offer: agents.expire(offer, memory_ms, settings.misses_to_away),
            "wrap": lambda item: items.lapse("wrap_end", item),
            "idle": lambda item: items.lapse("idle_end", item),
            "retry": lambda item: items.lapse("retry", item),
            "widen": lambda item: items.lapse("widen", item),
            "lease": lambda agent: agents.lapse(agent, grace_ms),
            "grace": agents.give_back,
        }

    async def run(self) -> None:
        """Run for ever, waking when the next entry falls due and at least once a second."""
        log = structlog.get_logger()
        swept = 0.0
        loop = asyncio.get_running_loop()
        while True:
            wait_s = 1.0
            try:
                wait_s = await self.tick()
                if loop.time() - swept >= self._settings.sweep_s:
                    swept = loop.time()
                    await self.sweep()
            except RouterError as problem:
                log.warning("clock_stumbled", code=problem.code, detail=problem.detail)
            await asyncio.sleep(wait_s)

    async def tick(self) -> float:
        """Run everything that is due now; give the seconds until the next entry."""
        while True:
            due, wait_s = await self._dues.now(BATCH)
            if due:
                await asyncio.gather(*(self._one(entry) for entry in due))
            if len(due) < BATCH:
                return wait_s

    async def _one(self, entry: str) -> None:
        kind, _, name = entry.partition(":")
        await self._runs[kind](name)

    async def sweep(self) -> None:
        """Offer what waits while somebody is ready: the net, for what should have happened at once."""
        for lane in (await self._registries.refresh()).lanes:
            await self._items.match(lane)
