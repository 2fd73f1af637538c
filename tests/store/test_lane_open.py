"""lane_open: a lane begins, served by the crews that policy names."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import Stale
from router.policy.lanes import lane_for, lane_id
from router.store import keys


async def test_a_lane_is_served_by_its_crews(slot: Any) -> None:
    """Those with the queue and the skills, no others."""
    await slot.agent("ada", skills={"german": 5})
    await slot.agent("bob", "billing")
    await slot.agent("cyd")
    lane = await slot.lane("support", "sms", ("german>=3",))
    crews = await slot.link.call("LRANGE", keys.lane_crews(slot.p, lane), 0, -1, key=slot.p)
    assert len(crews) == 1
    assert slot.registry.now.lanes[lane].needs == {"german": 3}
    await slot.check()


async def test_opening_raises_the_registry_once(slot: Any) -> None:
    """Opened twice it is one lane; the second changes nothing."""
    what = lane_for("support", "sms", ())
    before = (await slot.registry.refresh()).reg
    await slot.registry.open_lane(lane_id(what), what, [])
    assert slot.registry.now.reg == before + 1
    await slot.registry.open_lane(lane_id(what), what, ["cr_of_another_mind"])
    assert slot.registry.now.reg == before + 1
    await slot.check()


async def test_an_older_registry_opens_nothing(slot: Any) -> None:
    """Its crews may be of the past."""
    await slot.registry.refresh()
    kept = slot.registry.now
    await slot.queue("billing")
    slot.registry.now = kept
    what = lane_for("support", "sms", ())
    with pytest.raises(Stale):
        await slot.registry.open_lane(lane_id(what), what, [])
    assert (await slot.registry.refresh()).lanes == {}


async def test_two_processes_open_it_at_once(slot: Any) -> None:
    """One is told to think again and finds it open."""
    await slot.agent("ada")
    what = lane_for("support", "sms", ())
    crews = list((await slot.registry.refresh()).crews)
    got = await asyncio.gather(
        *(slot.registry.open_lane(lane_id(what), what, crews) for _ in range(5)), return_exceptions=True
    )
    assert [type(one) for one in got] == [type(None)] + [Stale] * 4
    await slot.check()
