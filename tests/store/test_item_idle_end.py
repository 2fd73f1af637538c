"""item_idle_end: a talk nobody touches for long ends by itself; one who waits is never given up."""

from __future__ import annotations

import asyncio
from typing import Any

IDLE_MS = 86_400_000


async def due_ms(slot: Any, item: str) -> float | None:
    """Give when the item would end for idleness."""
    score = await slot.link.call("ZSCORE", f"{slot.p}due", f"idle:{item}", key=slot.p)
    return None if score is None else float(score)


async def test_a_silent_talk_ends_with_a_pending_outcome(slot: Any) -> None:
    """It holds no slot for days."""
    await slot.agent("ada")
    held = await slot.serve("c1", idle_ms=IDLE_MS)
    following = await slot.arrive("c2")
    ended = await slot.lapse("idle", held.item)
    assert ended.state == "done"
    assert (await slot.items.one(held.item))["outcome"] == "pending"
    assert (await slot.held(following.item)).agent == "ada"
    assert (await slot.items.happenings(held.item))[-1].outcome == "pending"
    await slot.check()


async def test_who_waits_is_never_given_up(slot: Any) -> None:
    """The time begins when an agent takes the item, and again when it is taken anew."""
    held = await slot.arrive("c1", idle_ms=IDLE_MS)
    await slot.arrive("c1", in_n=2)
    assert await due_ms(slot, held.item) is None
    await slot.agent("ada")
    offer = (await slot.held(held.item)).offer
    taken = await slot.agents.accept(offer, "ada")
    assert await due_ms(slot, held.item)
    await slot.transfer(taken, "ada", "support", idle_ms=IDLE_MS)
    assert (await slot.lapse("idle", held.item)).state == "waiting"
    await slot.check()


async def test_every_word_of_either_side_begins_the_time_anew(slot: Any) -> None:
    """The customer's message and the agent's reply."""
    await slot.agent("ada")
    held = await slot.serve("c1", idle_ms=IDLE_MS)
    for change in ({"in_n": 2}, {"want_rev": 1, "seen": True, "in_n": 2}):
        key = f"{slot.p}due"
        await slot.link.call("ZADD", key, 5, f"idle:{held.item}", key=key)
        await slot.arrive("c1", **change)
        assert (await due_ms(slot, held.item) or 0) > 5
    assert (await slot.items.one(held.item))["seen_n"] == "2"
    await slot.check()


async def test_before_its_time_nothing_ends(slot: Any) -> None:
    """Nor where idleness does not count, as on a call."""
    await slot.agent("ada", sms=(0.5, 2))
    held = await slot.serve("c1", idle_ms=IDLE_MS)
    call = await slot.serve("c2", idle_ms=0)
    for item in (held.item, call.item, "itm_none"):
        assert not (await slot.items.lapse("idle_end", item)).open
    assert await due_ms(slot, call.item) is None
    await slot.check()


async def test_ending_twice_changes_nothing(slot: Any) -> None:
    """The second of two clocks finds nothing."""
    await slot.agent("ada")
    held = await slot.serve("c1", idle_ms=IDLE_MS)
    await slot.lapse("idle", held.item)
    before = await slot.feed.last()
    assert not (await slot.items.lapse("idle_end", held.item)).open
    assert await slot.feed.last() == before


async def test_a_message_races_the_end(slot: Any, rival: Any) -> None:
    """It finds the item open or begins another: the customer is never left with an ended one."""
    await slot.agent("ada", sms=(0.01, 100))
    lane = await slot.lane("support", "sms", ())
    for n in range(40):
        held = await slot.serve(f"c{n}", lane=lane, idle_ms=IDLE_MS)
        await slot.make_due(f"idle:{held.item}")
        sides = (slot, rival) if n % 2 else (rival, slot)
        rev = 1000 + n
        _, written = await asyncio.gather(
            sides[0].items.lapse("idle_end", held.item),
            sides[1].arrive(f"c{n}", lane=lane, rev=rev, want_rev=rev, in_n=2),
        )
        assert written.open
        assert (await slot.held(written.item)).open
    await slot.check()
