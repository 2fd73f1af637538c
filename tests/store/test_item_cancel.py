"""item_cancel: the agent withdraws the work; it ends closed and leaves room."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound, NotHeld, WrongState
from router.store.items import Cancel


async def test_cancelling_closes_the_item_and_fills_the_slot(slot: Any) -> None:
    """Without an outcome; the timeline will be told."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    following = await slot.arrive("c2")
    assert (await slot.cancel(held, "ada")).state == "closed"
    assert (await slot.held(following.item)).agent == "ada"
    assert "outcome" not in await slot.items.one(held.item)
    assert (await slot.items.happenings(held.item))[-1].what == "cancelled"
    await slot.check()


async def test_a_wrapping_item_is_cancelled(slot: Any) -> None:
    """And does not fall due any more."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.arrive("c1", ended=True)
    assert (await slot.cancel(held, "ada")).state == "closed"
    await slot.check()


async def test_cancelling_twice_changes_nothing(slot: Any) -> None:
    """The same operation is answered, another is refused."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    first = await slot.cancel(held, "ada", op="a")
    before = await slot.feed.last()
    assert await slot.cancel(held, "ada", op="a") == first
    assert await slot.feed.last() == before
    with pytest.raises(WrongState):
        await slot.cancel(held, "ada", op="b")


async def test_what_may_not_be_cancelled(slot: Any) -> None:
    """No item, one only offered, another offer, another agent."""
    await slot.agent("ada")
    with pytest.raises(NotFound):
        await slot.items.cancel(Cancel(item="itm_none", offer="off_none", agent="ada", op="op"))
    held = await slot.arrive("c1")
    with pytest.raises(WrongState):
        await slot.cancel(held, "ada")
    await slot.agents.accept(held.offer, "ada")
    with pytest.raises(NotHeld):
        await slot.cancel(held, "bob")
    with pytest.raises(NotHeld):
        await slot.items.cancel(Cancel(item=held.item, offer="off_none", agent="ada", op="op"))
    assert await slot.state(held.item) == "active"
    await slot.check()


async def test_cancel_and_complete_race(slot: Any, rival: Any) -> None:
    """One of them ends it; the other hears that it ended."""
    await slot.agent("ada")
    lane = await slot.lane("support", "sms", ())
    for n in range(30):
        held = await slot.serve(f"c{n}", lane=lane)
        sides = (slot, rival) if n % 2 else (rival, slot)
        cancelled, completed = await asyncio.gather(
            sides[0].cancel(held, "ada", op="x"),
            sides[1].complete(held, "ada", op="y"),
            return_exceptions=True,
        )
        lost = completed if await slot.state(held.item) == "closed" else cancelled
        assert isinstance(lost, WrongState)
    await slot.check()
