"""What the routing slot must hold, worked out anew from its items, agents and registry."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from router.policy.lanes import WHOLE, crew_for, crew_id, serves
from router.store import keys
from router.store.agents import AgentRecord
from router.store.items import fields
from router.store.registry import Registry

CHANNELS = ("voice", "chat", "sms", "social", "email")
HELD = {"offered", "active", "wrapping"}


class Kept(Struct, frozen=True):
    """All that is kept, read while nothing moves. ``sets`` are sorted sets, ``hashes`` hashes, by key."""

    p: str
    now_ms: int
    registry: Registry
    items: dict[str, dict[str, str]]
    agents: dict[str, AgentRecord]
    sets: dict[str, dict[str, float]]
    hashes: dict[str, dict[str, str]]
    served_by: dict[str, list[str]]

    def agent(self, agent: str) -> dict[str, str]:
        """Give an agent's state and load as kept."""
        return self.hashes[keys.agent(self.p, agent)]


async def hold(slot: Any) -> Kept:
    """Compare what is kept with what it must be; give what is kept."""
    kept = await read(slot)
    for compare in (owners, crews, lanes, ready, dues, conserved):
        compare(kept)
    return kept


async def read(slot: Any) -> Kept:
    """Read everything, in three turns whatever there is."""
    p, anchor = slot.p, keys.slot(slot.p)
    opened, names, time, now = await asyncio.gather(
        slot.link.call("ZRANGE", keys.open_all(p), 0, -1, key=anchor),
        slot.agents.names(),
        slot.link.call("TIME", key=anchor),
        slot.registry.refresh(),
    )
    items, agents = await asyncio.gather(
        slot.items.read([item.decode() for item in opened]), slot.agents.read(names)
    )
    sets = [keys.due(p), *(keys.crew_members(p, crew) for crew in now.crews)]
    sets += [keys.lane(p, lane) for lane in all_lanes(now, names)]
    for crew in now.crews:
        sets += [name(p, crew, channel) for channel in CHANNELS for name in (keys.ready, keys.heads)]
    hashes = [keys.agent(p, agent) for agent in names] + [keys.crew_lanes(p, crew) for crew in now.crews]
    for item in items:
        hashes += [keys.declined(p, item["id"]), keys.offer(p, item["offer"])]
    replies = await asyncio.gather(
        *(slot.link.call("ZRANGE", key, 0, -1, "WITHSCORES", key=anchor) for key in sets),
        *(slot.link.call("HGETALL", key, key=anchor) for key in hashes),
        *(slot.link.call("LRANGE", keys.lane_crews(p, lane), 0, -1, key=anchor) for lane in now.lanes),
    )
    pairs = [fields(flat) for flat in replies[: len(sets) + len(hashes)]]
    lists = [sorted(crew.decode() for crew in crews) for crews in replies[len(pairs) :]]
    return Kept(
        p=p,
        now_ms=int(time[0]) * 1000 + int(time[1]) // 1000,
        registry=now,
        items={item["id"]: item for item in items},
        agents={agent.id: agent for agent in agents},
        sets={
            key: {name: float(score) for name, score in pair.items()}
            for key, pair in zip(sets, pairs, strict=False)
        },
        hashes=dict(zip(hashes, pairs[len(sets) :], strict=True)),
        served_by=dict(zip(now.lanes, lists, strict=True)),
    )


def all_lanes(now: Registry, agents: Iterable[str]) -> list[str]:
    """Name every lane there can be: those of the registry, and of each agent alone."""
    return [*now.lanes, *(f"@{agent}|{channel}" for agent in agents for channel in CHANNELS)]


def owners(kept: Kept) -> None:
    """Every item has one owner or none, by its state; load is the sum of what is held, within the cap."""
    held: dict[str, str] = {}
    for agent in kept.agents.values():
        assert agent.load_ppm == sum(agent.holds.values()) <= WHOLE
        counted: dict[str, int] = defaultdict(int)
        for item in agent.holds:
            assert held.setdefault(item, agent.id) == agent.id
            counted[kept.items[item]["channel"]] += 1
        counts = {name: int(n) for name, n in kept.agent(agent.id).items() if name.startswith("n:")}
        assert {name[2:]: n for name, n in counts.items() if n} == counted
    assert {item: it["agent"] for item, it in kept.items.items() if it["state"] in HELD} == held
    assert all(it["agent"] == it["offer"] == "" for it in kept.items.values() if it["state"] not in HELD)


def crews(kept: Kept) -> None:
    """Crews are those of the agents, none is empty; each serves the lanes that policy says."""
    now, p = kept.registry, kept.p
    members: dict[str, set[str]] = defaultdict(set)
    for agent in kept.agents.values():
        crew = crew_id(crew_for(agent.profile))
        members[crew].add(agent.id)
        assert kept.agent(agent.id)["crew"] == crew
    assert set(now.crews) == set(members)
    for crew, of in now.crews.items():
        assert set(kept.sets[keys.crew_members(p, crew)]) == members[crew]
        served = {lane: what.channel for lane, what in now.lanes.items() if serves(of, what)}
        assert kept.hashes[keys.crew_lanes(p, crew)] == served
    for lane, what in now.lanes.items():
        assert kept.served_by[lane] == sorted(crew for crew, of in now.crews.items() if serves(of, what))


def lanes(kept: Kept) -> None:
    """See that a lane holds the items that wait in it, by due time, and that its crews know its head."""
    now, p = kept.registry, kept.p
    waiting: dict[str, dict[str, float]] = {lane: {} for lane in all_lanes(now, kept.agents)}
    for item, it in kept.items.items():
        if it["state"] == "waiting":
            waiting[it["lane"]][item] = float(it["due"])
    assert {lane: kept.sets[keys.lane(p, lane)] for lane in waiting} == waiting
    for crew, of in now.crews.items():
        for channel in CHANNELS:
            assert kept.sets[keys.heads(p, crew, channel)] == {
                lane: min(waiting[lane].values())
                for lane, what in now.lanes.items()
                if waiting[lane] and what.channel == channel and serves(of, what)
            }


def ready(kept: Kept) -> None:
    """See that the ready set of a crew has exactly the agents who can take an item of the channel now."""
    for crew in kept.registry.crews:
        for channel in CHANNELS:
            assert kept.sets[keys.ready(kept.p, crew, channel)] == {
                agent: float(kept.agent(agent)["idle"])
                for agent in kept.agents
                if kept.agent(agent)["crew"] == crew and has_room(kept, agent, channel)
            }


def has_room(kept: Kept, agent: str, channel: str) -> bool:
    """Say whether the agent is there and one more item of the channel fits."""
    it = kept.agent(agent)
    if it["state"] != "available" or channel not in it["channels"].split(","):
        return False
    fits = int(it["load"]) + int(it[f"w:{channel}"]) <= WHOLE
    return fits and int(it.get(f"n:{channel}", 0)) < int(it[f"m:{channel}"])


def dues(kept: Kept) -> None:
    """Pending offers and wrap-ups fall due, and no others; a lone wait and every memory have an end."""
    due: dict[str, set[str]] = defaultdict(set)
    for entry in kept.sets[keys.due(kept.p)]:
        kind, _, name = entry.partition(":")
        due[kind].add(name)
    assert due["offer"] == {it["offer"] for it in kept.items.values() if it["state"] == "offered"}
    assert due["wrap"] == {item for item, it in kept.items.items() if it["state"] == "wrapping"}
    assert due["widen"] >= {item for item, it in kept.items.items() if is_alone(it)}
    for item, it in kept.items.items():
        if waits(it) and it.get("shy") == "1":
            retry = kept.sets[keys.due(kept.p)][f"retry:{item}"]
            ends = [int(one.partition("|")[0]) for one in kept.hashes[keys.declined(kept.p, item)].values()]
            assert all(retry <= end or end <= kept.now_ms for end in ends), item
        if it["state"] in HELD:
            state = kept.hashes[keys.offer(kept.p, it["offer"])]["state"]
            assert state == ("pending" if it["state"] == "offered" else "accepted"), item


def waits(item: dict[str, str]) -> bool:
    """Say whether the item waits."""
    return item["state"] == "waiting"


def is_alone(item: dict[str, str]) -> bool:
    """Say whether the item waits for one agent only."""
    return waits(item) and item["lane"].startswith("@")


def conserved(kept: Kept) -> None:
    """Nobody is idle while an item waits that they serve and are not kept from."""
    for item, it in kept.items.items():
        memory = kept.hashes[keys.declined(kept.p, item)]
        for agent in kept.agents.values() if waits(it) else ():
            until, _, count = memory.get(agent.id, "0|0").partition("|")
            passed = int(until) > kept.now_ms or int(count) >= int(it["max_offers"])
            if is_alone(it):
                may = it["lane"] == f"@{agent.id}|{it['channel']}"
                assert not may or (agent.state == "available" and not passed), "nobody to wait for"
            else:
                may = serves(crew_for(agent.profile), kept.registry.lanes[it["lane"]])
            assert passed or not may or not has_room(kept, agent.id, it["channel"]), (item, agent.id)
