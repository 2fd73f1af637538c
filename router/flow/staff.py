"""Queues and agents: what supervisors set up and see."""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec
from msgspec import Struct

from router.errors import NotFound
from router.flow import shown
from router.flow.route import Route
from router.model.agent import AgentProfile
from router.model.desk import AgentView, Queues, QueueView
from router.model.queue import QueueProfile
from router.model.routing import Routing
from router.policy.lanes import crew_for, crew_id, serves
from router.policy.lanes import rooms as rooms_of
from router.policy.rules import DEFAULT_QUEUE
from router.store.agents import AgentPut, AgentRecord
from router.store.slot import RoutingSlot


class Snapshot(Struct, frozen=True):
    """All that is live, at one moment."""

    queues: list[QueueView]
    agents: list[AgentView]
    as_of: datetime


class Staff:
    """The queues of a workspace and the people who serve them."""

    def __init__(self, slot: RoutingSlot, route: Route, settings: Routing) -> None:
        self._agents, self._items, self._depths = slot.agents, slot.items, slot.depths
        self._registries, self._route, self._settings = slot.registries, route, settings

    async def put_queue(self, name: str, profile: QueueProfile, /) -> QueueView:
        """Create or change a queue."""
        await self._registries.put_queue(name, profile)
        return await self.queue(name)

    async def queues(self) -> Queues:
        """Show all queues with their depth, by one read of the kept counters."""
        counts = await self._depths.read()
        profiles = {DEFAULT_QUEUE: QueueProfile(), **(await self._registries.refresh()).queues}
        found = [shown.queue(name, profile, counts) for name, profile in sorted(profiles.items())]
        return Queues(found, shown.at(counts.now_ms))

    async def snapshot(self) -> bytes:
        """Write what a watcher begins with: every queue, every agent."""
        queues, agents = await asyncio.gather(self.queues(), self.agents())
        return msgspec.json.encode(Snapshot(queues.queues, agents, queues.as_of))

    async def queue(self, name: str, /) -> QueueView:
        """Show one queue; NotFound."""
        for found in (await self.queues()).queues:
            if found.id == name:
                return found
        raise NotFound(f"there is no queue {name}: create it with PUT /v1/queues/{name}")

    async def put_agent(self, name: str, profile: AgentProfile, /) -> AgentView:
        """Create an agent or change the profile; what they hold stays theirs."""
        crew = crew_for(profile)
        rooms = rooms_of(profile, self._settings.capacity)

        async def attempt() -> int:
            now = self._registries.now
            put = AgentPut(
                agent=name,
                profile=msgspec.json.encode(profile).decode(),
                crew=crew_id(crew),
                definition=msgspec.json.encode(crew).decode(),
                lanes={lane: what.channel for lane, what in now.lanes.items() if serves(crew, what)},
                channels=",".join(rooms),
                weights={channel: room.weight_ppm for channel, room in rooms.items()},
                limits={channel: room.limit for channel, room in rooms.items()},
                reg=now.reg,
            )
            return await self._agents.put(put)

        await self._route.fresh(attempt)
        return await self.agent(name)

    async def agent(self, name: str, /) -> AgentView:
        """Show one agent and what they hold; NotFound."""
        return (await self._show([await self._agents.one(name)]))[0]

    async def agents(self) -> list[AgentView]:
        """Show all agents."""
        return await self._show(await self._agents.read(await self._agents.names()))

    async def state(self, name: str, state: str, reason: str | None, /) -> AgentView:
        """Set an agent available, away or offline; NotFound."""
        await self._agents.state(name, state, reason)
        return await self.agent(name)

    async def touch(self, name: str, /, *, opened: bool) -> None:
        """Note that a desk of the agent is there; ``opened``: a desk socket began. NotFound."""
        await self._agents.touch(name, round(self._settings.lease_s * 1000), opened=opened)

    async def _show(self, records: list[AgentRecord]) -> list[AgentView]:
        held = await self._items.read(sorted({item for record in records for item in record.holds}))
        by_id = {item["id"]: item for item in held}
        return [
            shown.agent(record, [by_id[item] for item in sorted(record.holds) if item in by_id])
            for record in records
        ]
