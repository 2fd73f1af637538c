"""lane_match: the net under the matching; with sound sets there is nothing in it."""

from __future__ import annotations

import asyncio
from typing import Any

from router.store import keys


async def hide(slot: Any, agent: str) -> None:
    """Tear the set of ready agents, as no transition does."""
    crew = (await slot.link.call("HGET", keys.agent(slot.p, agent), "crew", key=slot.p)).decode()
    key = keys.ready(slot.p, crew, "sms")
    idle = await slot.link.call("ZSCORE", key, agent, key=key)
    await slot.link.call("ZREM", key, agent, key=key)
    await slot.arrive("c1")
    await slot.link.call("ZADD", key, float(idle), agent, key=key)


async def test_what_waits_beside_a_ready_agent_is_offered(slot: Any) -> None:
    """However it came to be so."""
    await slot.agent("ada")
    await hide(slot, "ada")
    lane = await slot.lane("support", "sms", ())
    assert await slot.items.match(lane) == 1
    assert (await slot.agents.one("ada")).load_ppm == 1_000_000
    await slot.check()


async def test_where_all_is_well_nothing_happens(slot: Any) -> None:
    """Twice, on an empty lane, on one with nobody ready, on one that is not there: no offer, no news."""
    await slot.agent("ada")
    for n in range(3):
        await slot.arrive(f"c{n}")
    before = await slot.feed.last()
    for lane in (await slot.lane("support", "sms", ()), "ln_unknown", "@ada|sms"):
        assert await slot.items.match(lane) == 0
    assert await slot.feed.last() == before
    await slot.check()


async def test_the_sweep_does_not_end_a_memory(slot: Any) -> None:
    """Who let it pass is passed over here too."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.agents.decline(held.offer, "ada", 60_000)
    assert await slot.items.match(await slot.lane("support", "sms", ())) == 0
    await slot.check()


async def test_many_sweeps_at_once_make_one_offer(slot: Any, rival: Any) -> None:
    """Every process sweeps; one finds it."""
    await slot.agent("ada")
    await hide(slot, "ada")
    lane = await slot.lane("support", "sms", ())
    got = await asyncio.gather(*(side.items.match(lane) for side in (slot, rival) for _ in range(5)))
    assert sorted(got) == [0] * 9 + [1]
    await slot.check()
