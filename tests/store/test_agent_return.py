"""agent_return: the grace period is over: what the agent was busy with waits again, its wait kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound, NotHeld


@pytest.fixture
async def active(slot: Any) -> Any:
    """Let ada's desk be gone for longer than the grace period, with an item in hand."""
    await slot.agent("ada", sms=(0.5, 2))
    held = await slot.serve("c1")
    await slot.agents.touch("ada", 30_000, opened=True)
    await slot.make_due("lease:ada")
    await slot.agents.lapse("ada", 120_000)
    return held


async def back(slot: Any) -> Any:
    """Let the grace period end."""
    await slot.make_due("grace:ada")
    return await slot.agents.give_back("ada")


async def test_active_items_wait_again_in_their_place(slot: Any, active: Any) -> None:
    """And are offered to who is there."""
    due = (await slot.items.one(active.item))["due"]
    await slot.agent("bob")
    await back(slot)
    after = await slot.held(active.item)
    assert (after.state, after.agent) == ("offered", "bob")
    assert (await slot.items.one(active.item))["due"] == due
    assert (await slot.agents.one("ada")).load_ppm == 0
    with pytest.raises(NotHeld):
        await slot.complete(active, "ada")
    await slot.check()


async def test_a_wrap_up_ends_by_itself(slot: Any, active: Any) -> None:
    """The customer is gone: nobody needs it again."""
    await slot.arrive("c1", ended=True)
    await back(slot)
    assert await slot.state(active.item) == "wrapping"
    await slot.check()


async def test_before_its_time_nothing_returns(slot: Any, active: Any) -> None:
    """Nor when there is no grace period."""
    await slot.agents.give_back("ada")
    assert await slot.state(active.item) == "active"
    await slot.agents.state("ada", "available", None)
    await slot.agents.give_back("ada")
    assert await slot.state(active.item) == "active"
    await slot.check()


@pytest.mark.parametrize("state", ["away", "offline"])
async def test_only_coming_back_ends_the_grace(slot: Any, active: Any, state: str) -> None:
    """Somebody who says for them that they are gone does not keep their items from returning."""
    await slot.agents.state("ada", state, "supervisor")
    await back(slot)
    assert await slot.state(active.item) == "waiting"
    await slot.check()


async def test_returning_twice_changes_nothing(slot: Any, active: Any) -> None:
    """The second of two clocks finds nothing."""
    await back(slot)
    before = await slot.feed.last()
    assert (await slot.agents.give_back("ada")).state == "away"
    assert await slot.feed.last() == before
    assert await slot.state(active.item) == "waiting"
    await slot.check()


async def test_an_item_taken_from_a_private_lane_returns_to_everybody(slot: Any) -> None:
    """The one it was meant for is gone."""
    for name in ("ada", "cyd"):
        await slot.agent(name)
    held = await slot.serve("c1", "ada")
    sent = await slot.transfer(held, "ada", "support", to_agent="cyd")
    await slot.agents.accept(sent.offer, "cyd")
    await slot.agents.touch("cyd", 1, opened=True)
    await slot.make_due("lease:cyd")
    await slot.agents.lapse("cyd", 120_000)
    await slot.make_due("grace:cyd")
    await slot.agents.give_back("cyd")
    assert (await slot.items.one(held.item))["lane"].startswith("ln_")
    await slot.check()


async def test_an_unknown_agent_is_not_found(slot: Any) -> None:
    """There is nobody to return anything."""
    with pytest.raises(NotFound):
        await slot.agents.give_back("nobody")


async def test_the_clock_races_a_completion(slot: Any, rival: Any, active: Any) -> None:
    """It is done, or it waits; with one outcome."""
    await slot.make_due("grace:ada")
    done, _ = await asyncio.gather(
        slot.complete(active, "ada"), rival.agents.give_back("ada"), return_exceptions=True
    )
    state = await slot.state(active.item)
    assert state == "waiting" if isinstance(done, NotHeld) else state == "done"
    await slot.check()
