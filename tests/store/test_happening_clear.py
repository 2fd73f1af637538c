"""happening_clear: what stands on the timeline is owed no more; what came since still is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest


@pytest.fixture
async def held(slot: Any) -> Any:
    """Let an item be accepted and handed on: two happenings."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.transfer(held, "ada", "support")
    return held


async def test_happenings_are_numbered_from_one(slot: Any, held: Any) -> None:
    """Oldest first, with the offer under which they happened."""
    told = await slot.items.happenings(held.item)
    assert [(one.rev, one.what, one.offer) for one in told] == [
        (1, "accepted", held.offer),
        (2, "transferred", held.offer),
    ]


async def test_the_item_is_owed_until_all_is_told(slot: Any, held: Any) -> None:
    """The courier finds it as long as anything is left."""
    assert await slot.dues.untold(-1000, 10) == [held.item]
    assert await slot.items.clear(held.item, 1) == 1
    assert await slot.dues.untold(-1000, 10) == [held.item]
    assert [one.rev for one in await slot.items.happenings(held.item)] == [2]
    assert await slot.items.clear(held.item, 2) == 0
    assert await slot.dues.untold(-1000, 10) == []


async def test_clearing_again_or_beyond_changes_nothing(slot: Any, held: Any) -> None:
    """Carried twice is carried once; numbers go on and never come back."""
    assert await slot.items.clear(held.item, 2) == 0
    assert await slot.items.clear(held.item, 2) == 0
    assert await slot.items.clear("itm_none", 5) == 0
    again = await slot.lapse("retry", held.item)
    await slot.agents.accept(again.offer, "ada")
    assert [one.rev for one in await slot.items.happenings(held.item)] == [3]
    assert await slot.items.clear(held.item, 2) == 1, "an old carrier clears nothing new"
    await slot.check()


async def test_a_happening_races_the_clearing(slot: Any, rival: Any, held: Any) -> None:
    """What came while others were carried is still owed."""
    again = await slot.lapse("retry", held.item)
    await asyncio.gather(rival.items.clear(held.item, 2), slot.agents.accept(again.offer, "ada"))
    assert [one.what for one in await slot.items.happenings(held.item)] == ["accepted"]
    assert await slot.dues.untold(-1000, 10) == [held.item]
