"""agent_put: an agent begins or changes; crews come and go with them; what is held stays theirs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import Stale
from router.store import keys
from router.store.agents import AgentPut


async def crews(slot: Any) -> dict[tuple[str, ...], int]:
    """Give the crews by their queues, with how many agents each has."""
    now = await slot.registry.refresh()
    found = {}
    for crew, of in now.crews.items():
        key = keys.crew_members(slot.p, crew)
        found[of.queues] = await slot.link.call("ZCARD", key, key=key)
    return found


async def test_a_new_agent_is_offline_and_gets_nothing(slot: Any) -> None:
    """Work waits until they say that they are there."""
    held = await slot.arrive("c1")
    await slot.agent("ada", state="offline")
    ada = await slot.agents.one("ada")
    assert (ada.state, ada.load_ppm, ada.holds) == ("offline", 0, {})
    assert await slot.state(held.item) == "waiting"
    await slot.check()


async def test_agents_who_serve_the_same_are_one_crew(slot: Any) -> None:
    """The order in which queues are named does not matter."""
    await slot.agent("ada", "support", "billing")
    await slot.agent("bob", "billing", "support")
    await slot.agent("cyd", "billing")
    assert await crews(slot) == {("billing", "support"): 2, ("billing",): 1}
    await slot.check()


async def test_a_crew_ends_with_its_last_agent(slot: Any) -> None:
    """Lanes forget it, and the registry moves on."""
    await slot.arrive("c1")
    await slot.agent("ada", state="offline")
    await slot.agent("bob", "support")
    assert await crews(slot) == {("support",): 2}
    reg = slot.registry.now.reg
    await slot.agent("ada", "billing")
    await slot.agent("bob", "billing")
    assert await crews(slot) == {("billing",): 2}
    assert slot.registry.now.reg > reg
    await slot.check()


async def test_a_new_crew_serves_the_lanes_that_wait(slot: Any) -> None:
    """Heads are known at once: the agent is filled in the same step."""
    held = await slot.arrive("c1")
    await slot.agent("ada", "billing")
    await slot.agent("ada", "billing", "support", state="offline")
    assert (await slot.held(held.item)).agent == "ada", "still available; the new profile is matched at once"
    await slot.check()


async def test_what_they_hold_stays_theirs(slot: Any) -> None:
    """Another queue, another weight: the item keeps the weight it was taken with, and is completed."""
    await slot.agent("ada", sms=(0.5, 2))
    held, offered = await slot.serve("c1"), await slot.arrive("c2")
    await slot.agent("ada", "billing", voice=(1.0, 1), state="offline")
    ada = await slot.agents.one("ada")
    assert ada.holds == {held.item: 500_000, offered.item: 500_000}
    await slot.check()
    await slot.agents.accept(offered.offer, "ada")
    await slot.complete(held, "ada")
    await slot.complete(offered, "ada")
    assert (await slot.agents.one("ada")).load_ppm == 0
    await slot.check()


async def test_less_room_means_no_more_until_there_is_some(slot: Any) -> None:
    """Over the new limit they hold what they have; more comes when it fits again."""
    await slot.agent("ada", sms=(0.1, 3))
    held = [await slot.serve(f"c{n}") for n in range(3)]
    await slot.agent("ada", sms=(0.1, 2))
    waiting = await slot.arrive("c3")
    await slot.complete(held[0], "ada")
    assert await slot.state(waiting.item) == "waiting"
    await slot.complete(held[1], "ada")
    assert await slot.state(waiting.item) == "offered"
    await slot.check()


async def test_a_channel_given_up_brings_no_more(slot: Any) -> None:
    """Nor does its old weight linger: taken up again, the new one counts."""
    await slot.agent("ada", sms=(0.5, 2), voice=(1.0, 1))
    await slot.agent("ada", voice=(1.0, 1))
    held = await slot.arrive("c1")
    assert held.state == "waiting"
    await slot.agent("ada", sms=(0.25, 4))
    assert (await slot.agents.one("ada")).holds == {held.item: 250_000}
    await slot.check()


async def test_putting_twice_changes_nothing(slot: Any) -> None:
    """The registry stands still; the agent keeps their place in the order."""
    for name in ("ada", "bob"):
        await slot.agent(name)
    reg = (await slot.registry.refresh()).reg
    await slot.agent("ada", state="offline")
    assert (await slot.registry.refresh()).reg == reg
    assert (await slot.arrive("c1")).agent == "ada"
    await slot.check()


async def test_a_profile_thought_under_an_older_registry_is_stale(slot: Any) -> None:
    """It would serve lanes it does not know."""
    put = AgentPut(
        agent="ada", profile="{}", crew="cr_x", definition="{}", lanes={}, channels="sms",
        weights={"sms": 1}, limits={"sms": 1}, reg=0,
    )  # fmt: skip
    with pytest.raises(Stale):
        await slot.agents.put(put)
    assert await slot.agents.names() == []
    await slot.check()


async def test_many_profiles_at_once_leave_one_registry(slot: Any) -> None:
    """Who is refused as stale thinks again; in the end every crew serves what it should."""

    async def put(n: int) -> None:
        while True:
            try:
                return await slot.agent(f"a{n % 7}", *(["support", "billing"][: 1 + n % 2]), state="offline")
            except Stale:
                continue

    await slot.arrive("c1")
    await asyncio.gather(*(put(n) for n in range(30)))
    assert len(await slot.agents.names()) == 7
    await slot.check()


async def test_a_limit_is_a_number(slot: Any) -> None:
    """Ten is more than nine: all twelve come, the thirteenth waits."""
    await slot.agent("ada", sms=(0.0, 12))
    states = [(await slot.arrive(f"c{n}")).state for n in range(13)]
    assert states == ["offered"] * 12 + ["waiting"]
    await slot.check()
