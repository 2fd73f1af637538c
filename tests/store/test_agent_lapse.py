"""agent_lapse: the last desk is gone: offers return at once, active items after a grace period."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound

GRACE_MS = 120_000


async def leave(slot: Any, agent: str = "ada") -> Any:
    """Let the agent's desk be gone for the length of a lease."""
    await slot.agents.touch(agent, 30_000, opened=True)
    await slot.make_due(f"lease:{agent}")
    return await slot.agents.lapse(agent, GRACE_MS)


async def test_offers_return_at_once_and_active_items_stay(slot: Any) -> None:
    """The agent is away, for a reason one can read."""
    await slot.agent("ada", sms=(0.5, 2))
    active, offered = await slot.serve("c1"), await slot.arrive("c2")
    assert (await leave(slot)).state == "away"
    ada = await slot.agents.one("ada")
    assert (ada.reason, set(ada.holds)) == ("desk gone", {active.item})
    assert await slot.state(offered.item) == "waiting"
    await slot.check()


async def test_a_lease_that_runs_is_not_ended(slot: Any) -> None:
    """A clock that runs ahead changes nothing; neither does one where there is no lease."""
    await slot.agent("ada")
    assert (await slot.agents.lapse("ada", GRACE_MS)).state == "available"
    await slot.agents.touch("ada", 30_000, opened=True)
    assert (await slot.agents.lapse("ada", GRACE_MS)).state == "available"
    await slot.check()


async def test_lapsing_twice_changes_nothing(slot: Any) -> None:
    """The grace period is not begun anew."""
    await slot.agent("ada")
    await leave(slot)
    key = f"{slot.p}due"
    first = await slot.link.call("ZSCORE", key, "grace:ada", key=key)
    before = await slot.feed.last()
    assert (await slot.agents.lapse("ada", GRACE_MS * 2)).state == "away"
    assert await slot.link.call("ZSCORE", key, "grace:ada", key=key) == first
    assert await slot.feed.last() == before


async def test_who_left_by_hand_stays_as_they_said(slot: Any) -> None:
    """The reason is theirs; what they hold will return all the same."""
    await slot.agent("ada")
    await slot.serve("c1")
    await slot.agents.state("ada", "away", "lunch")
    await leave(slot)
    assert (await slot.agents.one("ada")).reason == "lunch"
    assert await slot.link.call("ZSCORE", f"{slot.p}due", "grace:ada", key=slot.p)
    await slot.check()


async def test_what_waits_for_them_alone_is_everybodys(slot: Any) -> None:
    """At once, as when they say that they are away."""
    await slot.agent("cyd")
    await slot.serve("c0", "cyd")
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.transfer(held, "ada", "support", to_agent="cyd")
    await leave(slot, "cyd")
    assert (await slot.items.one(held.item))["lane"].startswith("ln_")
    await slot.check()


async def test_an_unknown_agent_is_not_found(slot: Any) -> None:
    """There is nobody to be gone."""
    with pytest.raises(NotFound):
        await slot.agents.lapse("nobody", GRACE_MS)


async def test_many_clocks_and_an_accept_at_once(slot: Any, rival: Any) -> None:
    """The item is theirs or waits; one grace period runs."""
    await slot.agent("ada")
    for n in range(30):
        held = await slot.arrive(f"c{n}")
        await slot.agents.touch("ada", 30_000, opened=True)
        await slot.make_due("lease:ada")
        sides = (slot, rival) if n % 2 else (rival, slot)
        await asyncio.gather(
            sides[0].agents.lapse("ada", GRACE_MS),
            sides[1].agents.accept(held.offer, "ada"),
            sides[1].agents.lapse("ada", GRACE_MS),
            return_exceptions=True,
        )
        assert (await slot.agents.one("ada")).state == "away"
        after = await slot.held(held.item)
        if after.state == "active":
            await slot.complete(after, "ada")
        else:
            await slot.arrive(f"c{n}", ended=True)
        await slot.agents.state("ada", "available", None)
    await slot.check()
