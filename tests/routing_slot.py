"""The routing slot of one workspace, with the shortest words for a test."""

from __future__ import annotations

from itertools import chain
from typing import Any

import msgspec
import routing_truth
from msgspec import Struct

from router.model.agent import AgentProfile, Capacity
from router.model.queue import QueueProfile
from router.policy.lanes import crew_for, crew_id, lane_for, lane_id, serves
from router.policy.lanes import rooms as rooms_of
from router.store import keys
from router.store.agents import AgentPut, Agents
from router.store.depth import Depths
from router.store.due import Dues
from router.store.feed import Feed
from router.store.items import Cancel, Completion, Held, Items, Sync, Transfer, fields
from router.store.library import Library
from router.store.link import Link
from router.store.registry import Registries


class _Meet(Struct):
    run_id: str
    schema: str


class _Epoch(Struct):
    epoch: int


class Slot:
    """A routing slot as a process has it: every noun, and the rest of the world in a few words."""

    def __init__(self, link: Link, library: Library, workspace: str) -> None:
        self.p = f"{{{workspace}/r}}:"
        self.link, self.library = link, library
        self.items = Items(link, library, self.p)
        self.agents = Agents(link, library, self.p)
        self.registry = Registries(link, library, self.p)
        self.depths = Depths(link, self.p)
        self.dues = Dues(link, self.p)
        self.feed = Feed(link, self.p)
        self.rev = 0

    async def meet(self, run_id: str = "run1") -> int:
        """Meet a server process; give the epoch."""
        anchor = keys.slot(self.p)
        met = await self.library.call("routing_meet", anchor, _Meet(run_id, "1"), reply=_Epoch)
        return met.epoch

    async def queue(self, name: str = "support") -> None:
        """Create a queue."""
        await self.registry.put_queue(name, QueueProfile())

    async def agent(
        self,
        name: str,
        *queues: str,
        state: str = "available",
        skills: dict[str, int] | None = None,
        **room: tuple[float, int],
    ) -> None:
        """Create an agent: ``sms=(0.5, 2)`` gives weight and limit."""
        rooms = {channel: Capacity(*pair) for channel, pair in room.items()} or {"sms": Capacity(1.0, 1)}
        profile = AgentProfile(queues=list(queues or ("support",)), skills=skills or {}, capacity=rooms)
        crew = crew_for(profile)
        now = await self.registry.refresh()
        made = rooms_of(profile, {})
        await self.agents.put(
            AgentPut(
                agent=name,
                profile=msgspec.json.encode(profile).decode(),
                crew=crew_id(crew),
                definition=msgspec.json.encode(crew).decode(),
                lanes={lane: what.channel for lane, what in now.lanes.items() if serves(crew, what)},
                channels=",".join(made),
                weights={channel: one.weight_ppm for channel, one in made.items()},
                limits={channel: one.limit for channel, one in made.items()},
                reg=now.reg,
            )
        )
        if state != "offline":
            await self.agents.state(name, state, None)

    async def lane(self, queue: str, channel: str, skills: tuple[str, ...]) -> str:
        """Open the lane if it is not there; give its id."""
        what = lane_for(queue, channel, skills)
        name = lane_id(what)
        now = await self.registry.refresh()
        if name not in now.lanes:
            crews = [crew for crew, of in now.crews.items() if serves(of, what)]
            await self.registry.open_lane(name, what, crews)
        return name

    async def arrive(self, cnv: str, **change: Any) -> Held:
        """Let a conversation want a person (or change it by keyword). With a ``lane`` it is one call."""
        self.rev += 1
        queue, channel = change.get("queue", "support"), change.get("channel", "sms")
        skills = change.pop("need", ())
        lane = change.get("lane") or await self.lane(queue, channel, skills)
        base: dict[str, Any] = {
            "cnv": cnv, "hid": "cus_" + cnv, "view": "cus_" + cnv, "rev": self.rev, "want_rev": self.rev,
            "ended": False, "seen": False, "in_n": 1, "received_ms": 9_999_999_999_999, "queue": queue,
            "channel": channel, "label": channel, "lane": lane,
            "skills": ",".join(skills), "priority": 0, "add_ms": 600_000, "offer_ms": 20_000,
            "wrap_ms": 30_000, "idle_ms": 0, "max_offers": 3, "issue": None, "topic": None,
            "reg": self.registry.now.reg,
        }  # fmt: skip
        return await self.items.sync(Sync(**(base | change)))

    async def complete(self, held: Held, agent: str, op: str = "op", outcome: str = "resolved") -> Held:
        """Wrap an item up."""
        assert held.item
        return await self.items.complete(
            Completion(item=held.item, offer=held.offer, agent=agent, op=op, outcome=outcome)
        )

    async def cancel(self, held: Held, agent: str, op: str = "op") -> Held:
        """Withdraw an item."""
        assert held.item
        return await self.items.cancel(Cancel(item=held.item, offer=held.offer, agent=agent, op=op))

    async def transfer(self, held: Held, agent: str, queue: str, **change: Any) -> Held:
        """Hand an item on."""
        assert held.item
        lane = await self.lane(queue, "sms", ())
        base: dict[str, Any] = {
            "item": held.item, "offer": held.offer, "agent": agent, "op": "transfer", "queue": queue,
            "lane": lane, "skills": "", "add_ms": 600_000, "offer_ms": 20_000, "wrap_ms": 30_000,
            "idle_ms": 0, "reset": False, "reg": self.registry.now.reg, "to_agent": None,
            "widen_ms": 30_000, "memory_ms": 60_000,
        }  # fmt: skip
        return await self.items.transfer(Transfer(**(base | change)))

    async def make_due(self, entry: str) -> None:
        """Let the time of a due entry come: what waits for the clock is set into the past."""
        key = keys.due(self.p)
        assert await self.link.call("ZADD", key, "XX", "CH", 1, entry, key=key) == 1
        kind, _, name = entry.partition(":")
        if kind == "offer":
            await self.link.call("HSET", keys.offer(self.p, name), "expires", 1, key=key)
        if kind == "retry":
            await self.end_memory(name)

    async def end_memory(self, item: str) -> None:
        """Let the time pass for which agents are not offered an item they let pass."""
        key = keys.declined(self.p, item)
        memory = fields(await self.link.call("HGETALL", key, key=key))
        past = {agent: "1|" + kept.partition("|")[2] for agent, kept in memory.items()}
        await self.link.call("HSET", key, *chain.from_iterable(past.items()), key=key)

    async def expire(self, offer: str, memory_ms: int = 60_000, misses_to_away: int = 3) -> Held:
        """Let an offer's time run out, and the clock see it."""
        await self.make_due(f"offer:{offer}")
        return await self.agents.expire(offer, memory_ms, misses_to_away)

    async def lapse(self, kind: str, item: str | None) -> Held:
        """Let the time of an item's due entry come, and the clock see it: wrap, idle, retry or widen."""
        await self.make_due(f"{kind}:{item}")
        return await self.items.lapse({"wrap": "wrap_end", "idle": "idle_end"}.get(kind, kind), item or "")

    async def serve(self, cnv: str, agent: str = "ada", **change: Any) -> Held:
        """Let a conversation arrive and its agent accept it."""
        held = await self.arrive(cnv, **change)
        assert (held.state, held.agent) == ("offered", agent)
        return await self.agents.accept(held.offer, agent)

    async def held(self, item: str | None) -> Held:
        """Give an item as a transition would reply it."""
        it = await self.items.one(item or "")
        open_ = it["state"] in {"waiting", "offered", "active", "wrapping", "scheduled"}
        return Held(open_, it["id"], it["state"], it["queue"], it["agent"], it["offer"])

    async def state(self, item: str | None) -> str:
        """Give an item's state."""
        assert item
        return (await self.items.one(item))["state"]

    async def check(self) -> routing_truth.Kept:
        """Hold the invariants: counts equal a recount, and all that `routing_truth` works out anew."""
        kept, counted = await self.depths.read(), await self.depths.recount()
        assert kept.states == counted.states
        assert kept.oldest == counted.oldest
        return await routing_truth.hold(self)
