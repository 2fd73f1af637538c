"""item_widen: an item waits for one agent only so long, then for everybody who serves its queue."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest


@pytest.fixture
async def alone(slot: Any) -> Any:
    """Let an item wait for cyd, who is busy."""
    await slot.agent("cyd")
    await slot.serve("c0", "cyd")
    await slot.agent("ada")
    held = await slot.serve("c1")
    return await slot.transfer(held, "ada", "support", to_agent="cyd")


async def test_a_private_item_goes_to_everybody_in_time(slot: Any, alone: Any) -> None:
    """Bob could not have it before."""
    await slot.agent("bob")
    assert await slot.state(alone.item) == "waiting"
    widened = await slot.lapse("widen", alone.item)
    assert (widened.state, widened.agent) == ("offered", "bob")
    await slot.check()


async def test_without_anybody_it_waits_in_the_shared_lane(slot: Any, alone: Any) -> None:
    """At its old due time."""
    due = (await slot.items.one(alone.item))["due"]
    assert (await slot.lapse("widen", alone.item)).state == "waiting"
    item = await slot.items.one(alone.item)
    assert (item["due"], item["lane"]) == (due, await slot.lane("support", "sms", ()))
    await slot.check()


async def test_an_agent_who_leaves_is_not_waited_for(slot: Any, alone: Any) -> None:
    """It widens at once, and so does what they were just offered."""
    await slot.agents.state("cyd", "away", "lunch")
    assert (await slot.items.one(alone.item))["lane"].startswith("ln_")
    await slot.check()


async def test_an_agent_who_gives_up_the_channel_is_not_waited_for(slot: Any, alone: Any) -> None:
    """Their new profile has no room for it, ever."""
    await slot.agent("cyd", voice=(1.0, 1))
    assert (await slot.items.one(alone.item))["lane"].startswith("ln_")
    await slot.check()


async def test_a_pending_private_offer_stays_while_the_item_widens(slot: Any, alone: Any) -> None:
    """Cyd may still take it; when it comes back, it is everybody's."""
    (first,) = [item for item in (await slot.agents.one("cyd")).holds if item != alone.item]
    await slot.complete(await slot.held(first), "cyd")
    offered = await slot.held(alone.item)
    assert (await slot.lapse("widen", alone.item)) == offered
    await slot.agent("bob")
    assert (await slot.expire(offered.offer)).agent == "bob"
    await slot.check()


async def test_before_its_time_and_twice_nothing_widens(slot: Any, alone: Any) -> None:
    """Nor is there anything to widen in an item of the shared lane."""
    assert not (await slot.items.lapse("widen", alone.item)).open
    assert (await slot.items.one(alone.item))["lane"] == "@cyd|sms"
    await slot.lapse("widen", alone.item)
    before = await slot.feed.last()
    assert not (await slot.items.lapse("widen", alone.item)).open
    assert not (await slot.items.lapse("widen", "itm_none")).open
    assert await slot.feed.last() == before
    await slot.check()


async def test_a_customer_who_leaves_is_waited_for_by_nobody(slot: Any, alone: Any) -> None:
    """Nothing is left in the private lane."""
    gone = await slot.arrive("c1", ended=True)
    assert (gone.item, gone.state) == (alone.item, "abandoned")
    await slot.check()


async def test_the_clock_races_the_agent_who_becomes_free(slot: Any, rival: Any, alone: Any) -> None:
    """One offer comes of it, to cyd or to bob."""
    await slot.agent("bob")
    (first,) = [item for item in (await slot.agents.one("cyd")).holds if item != alone.item]
    busy = await slot.held(first)
    await slot.make_due(f"widen:{alone.item}")
    await asyncio.gather(slot.complete(busy, "cyd"), rival.items.lapse("widen", alone.item))
    assert await slot.state(alone.item) == "offered"
    await slot.check()
