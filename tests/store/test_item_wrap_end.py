"""item_wrap_end: wrap-up reached its limit; the item ends without an outcome."""

from __future__ import annotations

import asyncio
from typing import Any


async def test_a_wrap_up_ends_by_itself(slot: Any) -> None:
    """The item is done, the slot is filled, the timeline hears of it."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    following = await slot.arrive("c2")
    await slot.arrive("c1", ended=True)
    ended = await slot.lapse("wrap", held.item)
    assert (ended.state, ended.open) == ("done", False)
    assert (await slot.held(following.item)).agent == "ada"
    assert (await slot.items.happenings(held.item))[-1].what == "lapsed"
    await slot.check()


async def test_before_its_time_nothing_ends(slot: Any) -> None:
    """And nothing at all where there is no wrap-up."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    assert not (await slot.items.lapse("wrap_end", held.item)).open
    await slot.arrive("c1", ended=True)
    assert not (await slot.items.lapse("wrap_end", held.item)).open
    assert not (await slot.items.lapse("wrap_end", "itm_none")).open
    assert await slot.state(held.item) == "wrapping"
    await slot.check()


async def test_a_message_wakes_the_item_and_ends_the_wrap_up(slot: Any) -> None:
    """It is active again and nothing is due."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.arrive("c1", ended=True)
    assert (await slot.arrive("c1", in_n=2)).state == "active"
    assert not (await slot.items.lapse("wrap_end", held.item)).open
    await slot.check()


async def test_ending_twice_changes_nothing(slot: Any) -> None:
    """The second of two clocks finds nothing."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.arrive("c1", ended=True)
    await slot.lapse("wrap", held.item)
    before = await slot.feed.last()
    assert not (await slot.items.lapse("wrap_end", held.item)).open
    assert await slot.feed.last() == before


async def test_without_wrap_up_a_hang_up_ends_the_item(slot: Any) -> None:
    """And the timeline hears of it all the same."""
    await slot.agent("ada")
    held = await slot.serve("c1", wrap_ms=0)
    assert (await slot.arrive("c1", ended=True)).state == "done"
    assert [one.what for one in await slot.items.happenings(held.item)] == ["accepted", "lapsed"]
    await slot.check()


async def test_a_clock_races_the_agent(slot: Any, rival: Any) -> None:
    """Either the outcome is kept or the wrap-up lapsed; one end, one happening."""
    await slot.agent("ada")
    for n in range(30):
        held = await slot.serve(f"c{n}")
        await slot.arrive(f"c{n}", ended=True)
        await slot.make_due(f"wrap:{held.item}")
        sides = (slot, rival) if n % 2 else (rival, slot)
        await asyncio.gather(
            sides[0].complete(held, "ada"),
            sides[1].items.lapse("wrap_end", held.item),
            return_exceptions=True,
        )
        assert await slot.state(held.item) == "done"
        ends = [one.what for one in await slot.items.happenings(held.item)][1:]
        assert ends in (["completed"], ["lapsed"])
        assert ("outcome" in await slot.items.one(held.item)) == (ends == ["completed"])
    await slot.check()
