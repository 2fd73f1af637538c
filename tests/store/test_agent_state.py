"""agent_state: an agent is there, away or gone, and the work follows at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound


async def test_becoming_available_fills_all_room(slot: Any) -> None:
    """The earliest due items, up to the cap."""
    await slot.agent("ada", state="offline", sms=(0.5, 2))
    items = [await slot.arrive(f"c{n}", add_ms=900_000 - n * 60_000) for n in range(3)]
    presence = await slot.agents.state("ada", "available", None)
    assert presence.state == "available"
    assert [await slot.state(one.item) for one in items] == ["waiting", "offered", "offered"]
    await slot.check()


@pytest.mark.parametrize("state", ["away", "offline"])
async def test_leaving_returns_offers_and_keeps_what_is_active(slot: Any, state: str) -> None:
    """The offer is withdrawn and made to somebody else in the same step."""
    await slot.agent("ada", sms=(0.5, 2))
    active = await slot.serve("c1")
    offered = await slot.arrive("c2")
    await slot.agent("bob")
    await slot.agents.state("ada", state, "lunch")
    ada = await slot.agents.one("ada")
    assert (ada.state, ada.reason, set(ada.holds)) == (state, "lunch", {active.item})
    assert (await slot.agents.offer(offered.offer)).state == "rescinded"
    assert (await slot.held(offered.item)).agent == "bob"
    await slot.check()


async def test_an_offer_withdrawn_is_no_offer_let_pass(slot: Any) -> None:
    """Whoever comes back may have it at once."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.agents.state("ada", "away", None)
    assert await slot.state(held.item) == "waiting"
    await slot.agents.state("ada", "available", None)
    assert (await slot.held(held.item)).agent == "ada"
    await slot.check()


async def test_who_is_away_completes_but_gets_nothing(slot: Any) -> None:
    """Work in hand is finished."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.agents.state("ada", "away", None)
    other = await slot.arrive("c2")
    assert (await slot.complete(held, "ada")).state == "done"
    assert await slot.state(other.item) == "waiting"
    await slot.check()


async def test_the_same_state_twice_changes_nothing(slot: Any) -> None:
    """Neither the time nor the place in the order."""
    for name in ("ada", "bob"):
        await slot.agent(name)
    first = await slot.agents.state("ada", "available", None)
    before = await slot.feed.last()
    assert await slot.agents.state("ada", "available", None) == first
    assert await slot.feed.last() == before
    assert (await slot.arrive("c1")).agent == "ada"
    await slot.check()


async def test_an_unknown_agent_is_not_found(slot: Any) -> None:
    """There is nobody to be there."""
    with pytest.raises(NotFound):
        await slot.agents.state("nobody", "available", None)


async def test_equal_agents_get_equal_shares(slot: Any) -> None:
    """Thirty items over seven agents with room for all: nobody has two more than another."""
    for n in range(7):
        await slot.agent(f"a{n}", sms=(0.01, 100))
    for n in range(30):
        await slot.arrive(f"c{n}")
        shares = [len(agent.holds) for agent in await slot.agents.read(await slot.agents.names())]
        assert max(shares) - min(shares) <= 1
    await slot.check()


async def test_coming_back_goes_to_the_end_of_the_order(slot: Any) -> None:
    """The longest idle is who has waited longest for work."""
    for name in ("ada", "bob"):
        await slot.agent(name)
    await slot.agents.state("ada", "away", None)
    await slot.agents.state("ada", "available", None)
    assert (await slot.arrive("c1")).agent == "bob"


async def test_leaving_races_accepting(slot: Any, rival: Any) -> None:
    """Accepted first it stays theirs; left first it goes back. Never both, never lost."""
    await slot.agent("ada")
    lane = await slot.lane("support", "sms", ())
    seen = set()
    for n in range(60):
        held = await slot.arrive(f"c{n}", lane=lane)
        sides = (slot, rival) if n % 2 else (rival, slot)
        await asyncio.gather(
            sides[0].agents.accept(held.offer, "ada"),
            sides[1].agents.state("ada", "away", None),
            return_exceptions=True,
        )
        after = await slot.held(held.item)
        assert (after.state, after.agent) in {("active", "ada"), ("waiting", "")}
        seen.add(after.state)
        if after.state == "active":
            await slot.complete(after, "ada")
        else:
            await slot.arrive(f"c{n}", lane=lane, ended=True)
        await slot.agents.state("ada", "available", None)
    assert seen == {"active", "waiting"}
    await slot.check()
