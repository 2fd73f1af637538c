"""agent_touch: a desk that is there holds a lease; without a desk presence is said by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound

LEASE_MS = 30_000


async def ends(slot: Any, kind: str = "lease") -> float | None:
    """Give when ada's lease or grace period ends, by the server's clock in ms."""
    score = await slot.link.call("ZSCORE", f"{slot.p}due", f"{kind}:ada", key=slot.p)
    return None if score is None else float(score)


async def test_an_open_desk_begins_a_lease(slot: Any) -> None:
    """It ends in lease_ms."""
    await slot.agent("ada")
    presence = await slot.agents.touch("ada", LEASE_MS, opened=True)
    time = await slot.link.call("TIME", key=slot.p)
    left = (await ends(slot) or 0) - int(time[0]) * 1000
    assert presence.state == "available"
    assert LEASE_MS - 1000 <= left <= LEASE_MS + 1000
    await slot.check()


async def test_asking_for_offers_begins_none(slot: Any) -> None:
    """An agent without a desk is there until they say otherwise."""
    await slot.agent("ada")
    await slot.agents.touch("ada", LEASE_MS, opened=False)
    assert await ends(slot) is None


async def test_every_desk_extends_the_one_lease(slot: Any) -> None:
    """Touching twice is touching later."""
    await slot.agent("ada")
    await slot.agents.touch("ada", 10_000, opened=True)
    first = await ends(slot) or 0
    await slot.agents.touch("ada", 20_000, opened=False)
    assert (await ends(slot) or 0) >= first + 10_000
    before = await slot.feed.last()
    await slot.agents.touch("ada", 20_000, opened=False)
    assert await slot.feed.last() == before, "presence is no news"


@pytest.mark.parametrize("opened", [True, False])
async def test_a_desk_that_comes_back_ends_the_grace(slot: Any, opened: bool) -> None:
    """And has a lease again, so that its next loss is seen too."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.agents.touch("ada", LEASE_MS, opened=True)
    await slot.make_due("lease:ada")
    await slot.agents.lapse("ada", 120_000)
    assert await ends(slot, "grace")
    await slot.agents.touch("ada", LEASE_MS, opened=opened)
    assert await ends(slot, "grace") is None
    assert await ends(slot)
    assert (await slot.agents.one("ada")).holds == {held.item: 1_000_000}
    await slot.check()


async def test_an_unknown_agent_is_not_found(slot: Any) -> None:
    """There is nobody to be there."""
    with pytest.raises(NotFound):
        await slot.agents.touch("nobody", LEASE_MS, opened=True)


async def test_a_touch_races_the_end_of_the_lease(slot: Any, rival: Any) -> None:
    """Whatever the order, there is a lease afterwards and the agent is available or away, whole."""
    await slot.agent("ada")
    for n in range(30):
        await slot.agents.touch("ada", LEASE_MS, opened=True)
        await slot.agents.state("ada", "available", None)
        await slot.make_due("lease:ada")
        sides = (slot, rival) if n % 2 else (rival, slot)
        await asyncio.gather(
            sides[0].agents.touch("ada", LEASE_MS, opened=False), sides[1].agents.lapse("ada", 120_000)
        )
        assert await ends(slot)
        assert await ends(slot, "grace") is None
    await slot.check()
