"""The feed: one entry a transition, absolute facts, read on from any number that is still kept."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec


async def facts(slot: Any, number: str) -> dict[str, list[Any]]:
    """Give the facts of the one entry after a number, by topic."""
    (entry,) = await slot.feed.since(number, 100)
    found: dict[str, list[Any]] = {}
    for topic, body in entry.facts:
        found.setdefault(topic, []).append(msgspec.json.decode(body))
    return found


async def test_a_transition_is_one_entry_with_all_it_touched(slot: Any) -> None:
    """The item, its agent, the offer, the depth."""
    await slot.agent("ada")
    await slot.lane("support", "sms", ())
    number = await slot.feed.last()
    held = await slot.arrive("c1", in_n=3)
    told = await facts(slot, number)
    record = await slot.items.one(held.item)
    assert told["item"] == [
        {
            "id": held.item, "conversation": "c1", "customer": "cus_c1", "queue": "support", "channel": "sms",
            "label": "sms", "state": "offered", "priority": 0, "entered_ms": int(record["entered"]),
            "due_ms": int(record["due"]), "unread": 3, "agent": "ada", "offer": held.offer,
        }
    ]  # fmt: skip
    (agent,) = told["agent"]
    assert (agent["id"], agent["state"], agent["load_ppm"]) == ("ada", "available", 1_000_000)
    (offer,) = told["offer"]
    assert offer == {
        "id": held.offer, "item": held.item, "agent": "ada", "state": "pending",
        "expires_ms": (await slot.agents.offer(held.offer)).expires,
    }  # fmt: skip
    (depth,) = told["depth"]
    assert (depth["queue"], depth["channel"], depth["offered"], depth["waiting"]) == ("support", "sms", 1, 0)
    assert depth["oldest_ms"] == int(record["entered"])


async def test_facts_are_absolute(slot: Any) -> None:
    """The newest fact of a thing is what the store holds: depth, load, state."""
    await slot.agent("ada", sms=(0.25, 4))
    for n in range(6):
        await slot.arrive(f"c{n}")
    held = await slot.held((await slot.items.open(0, 1))[0])
    await slot.agents.accept(held.offer, "ada")
    number = await slot.feed.last()
    await slot.complete(held, "ada")
    told = await facts(slot, number)
    (depth,) = told["depth"]
    counts = (await slot.depths.read()).states
    kept = {state: counts.get(("support", "sms", state), 0) for state in ("waiting", "offered", "active")}
    assert {state: depth[state] for state in kept} == kept
    assert {one["id"]: one["state"] for one in told["item"]}[held.item] == "done"
    assert told["agent"][0]["load_ppm"] == (await slot.agents.one("ada")).load_ppm


async def test_who_reads_on_misses_nothing(slot: Any) -> None:
    """From every number the rest follows, in order; from an unknown one it says so."""
    numbers = [await slot.feed.last()]
    for n in range(4):
        await slot.arrive(f"c{n}")
        numbers.append(await slot.feed.last())
    for at, number in enumerate(numbers):
        assert [entry.id for entry in await slot.feed.since(number, 100)] == numbers[at + 1 :]
    for unknown in ("0-1", "1-999999", "9-0"):
        assert await slot.feed.since(unknown, 100) is None
    assert [entry.id for entry in await slot.feed.since(numbers[0], 2)] == numbers[1:3]


async def test_following_waits_for_what_comes(slot: Any) -> None:
    """What happens while nobody asks is read when somebody does; silence is told as such."""
    start = await slot.feed.last()
    follower = slot.feed.follow(start, 50)
    assert await anext(follower) is None
    await slot.arrive("c1")
    await slot.arrive("c2")
    entries = [await anext(follower) for _ in range(2)]
    assert [entry.id for entry in entries] == [entry.id for entry in await slot.feed.since(start, 10)]
    await follower.aclose()


async def test_a_change_that_touches_very_much_is_told_whole(slot: Any) -> None:
    """Twelve hundred items wait for one agent who leaves: all are told, nothing is torn."""
    for name in ("ada", "cyd"):
        await slot.agent(name, sms=(0.0, 100))
    await slot.agent("cyd", sms=(1.0, 1))
    await slot.serve("c0", "ada")
    lane = await slot.lane("support", "sms", ())
    private = "@cyd|sms"
    await slot.agents.state("ada", "away", None)
    await slot.agents.accept((await slot.arrive("busy", lane=lane)).offer, "cyd")
    held = await asyncio.gather(*(slot.arrive(f"c{n}", lane=lane) for n in range(1, 1201)))
    for one in held:  # as after as many transfers to cyd
        await move(slot, one.item, lane, private)
    number = await slot.feed.last()
    await slot.agents.state("cyd", "away", None)
    told = [topic for entry in await slot.feed.since(number, 100) for topic, _ in entry.facts]
    assert (told.count("item"), told.count("agent")) == (1200, 1)
    await slot.check()


async def move(slot: Any, item: str, lane: str, private: str) -> None:
    """Put a waiting item into the private lane of an agent."""
    due = (await slot.items.one(item))["due"]
    await asyncio.gather(
        slot.link.call("HSET", f"{slot.p}it:{item}", "lane", private, "home_lane", lane, key=slot.p),
        slot.link.call("ZREM", f"{slot.p}ln:{lane}", item, key=slot.p),
        slot.link.call("ZADD", f"{slot.p}ln:{private}", due, item, key=slot.p),
    )
