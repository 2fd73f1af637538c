"""item_complete: the item ends with its outcome, and the slot it leaves is filled in the same step."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound, NotHeld, WrongState
from router.store.items import Completion


async def test_completing_ends_the_item_and_fills_the_slot(slot: Any) -> None:
    """The next waiting item is offered at once."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    following = await slot.arrive("c2")
    done = await slot.complete(held, "ada")
    assert (done.state, done.open) == ("done", False)
    assert (await slot.held(following.item)).agent == "ada"
    await slot.check()


async def test_what_was_said_is_kept_and_told(slot: Any) -> None:
    """Outcome, issue, topic, note: in the item and, one by one, for the timeline."""
    await slot.agent("ada")
    held = await slot.serve("c1", issue="order-1", topic="delivery")
    await slot.items.complete(
        Completion(
            item=held.item, offer=held.offer, agent="ada", op="op", outcome="unresolved", issue="order-2",
            topic="returns", note="calls back",
        )
    )  # fmt: skip
    item = await slot.items.one(held.item)
    assert (item["outcome"], item["issue"], item["topic"]) == ("unresolved", "order-2", "returns")
    told = (await slot.items.happenings(held.item))[-1]
    assert (told.what, told.outcome, told.issue, told.note) == (
        "completed",
        "unresolved",
        "order-2",
        "calls back",
    )
    assert told.want == slot.rev, "it closes what was wanted until now"


async def test_what_is_left_out_stays(slot: Any) -> None:
    """No issue in the wrap-up leaves the item's own."""
    await slot.agent("ada")
    held = await slot.serve("c1", issue="order-1", topic="delivery")
    await slot.complete(held, "ada")
    item = await slot.items.one(held.item)
    assert (item["issue"], item["topic"]) == ("order-1", "delivery")


async def test_a_wrapping_item_is_completed(slot: Any) -> None:
    """Its wrap-up does not end a second time."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    assert (await slot.arrive("c1", ended=True)).state == "wrapping"
    assert (await slot.complete(held, "ada")).state == "done"
    await slot.check()


async def test_completing_twice_changes_nothing(slot: Any) -> None:
    """The operation's name says that it is the same; the reply is the same."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    first = await slot.complete(held, "ada", op="key-1")
    before = await slot.feed.last()
    assert await slot.complete(held, "ada", op="key-1", outcome="unresolved") == first
    assert await slot.feed.last() == before
    assert (await slot.items.one(held.item))["outcome"] == "resolved"
    with pytest.raises(WrongState):
        await slot.complete(held, "ada", op="key-2")
    await slot.check()


async def test_what_may_not_be_completed(slot: Any) -> None:
    """No item, another offer, another agent, one that is only offered."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    with pytest.raises(WrongState):
        await slot.complete(held, "ada")
    with pytest.raises(NotHeld):
        await slot.complete(held, "bob")
    await slot.agents.accept(held.offer, "ada")
    for item, offer, agent, error in (
        ("itm_none", held.offer, "ada", NotFound),
        (held.item, "off_none", "ada", NotHeld),
        (held.item, held.offer, "bob", NotHeld),
    ):
        with pytest.raises(error):
            await slot.items.complete(Completion(item=item, offer=offer, agent=agent, op="op"))
    assert await slot.state(held.item) == "active"
    await slot.check()


async def test_another_agent_cannot_borrow_an_operation(slot: Any) -> None:
    """An operation's name is its agent's own."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.complete(held, "ada", op="key")
    with pytest.raises(NotHeld):
        await slot.complete(held, "bob", op="key")


async def test_a_message_races_the_completion(slot: Any, rival: Any) -> None:
    """Either it wakes the item before it ends, and the end stands, or it begins another. Never lost."""
    await slot.agent("ada", sms=(0.1, 10))
    lane = await slot.lane("support", "sms", ())
    for n in range(50):
        held = await slot.serve(f"c{n}", lane=lane)
        sides = (slot, rival) if n % 2 else (rival, slot)
        rev = 1000 + n
        _, bumped = await asyncio.gather(
            sides[0].complete(held, "ada"), sides[1].arrive(f"c{n}", lane=lane, rev=rev, want_rev=rev, in_n=2)
        )
        assert await slot.state(held.item) == "done"
        want = int((await slot.items.one(held.item))["want"])
        assert (bumped.item == held.item) == (want == rev), "what it did not see, another item will"
        if bumped.item != held.item:
            await slot.arrive(f"c{n}", lane=lane, rev=rev + 1, ended=True)
    await slot.check()


async def test_fifty_completions_at_once_are_one(slot: Any, rival: Any) -> None:
    """Whatever their names: one ends it, the others are refused or answered the same."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    got = await asyncio.gather(
        *(side.complete(held, "ada", op=f"op{n % 5}") for n in range(25) for side in (slot, rival)),
        return_exceptions=True,
    )
    assert {type(one).__name__ for one in got} == {"Held", "WrongState"}
    assert sum(one.what == "completed" for one in await slot.items.happenings(held.item)) == 1
    await slot.check()
