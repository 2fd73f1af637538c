"""offer_decline: the item goes back to its old place and to somebody else, not to who let it pass."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound, OfferExpired, OfferRescinded, OfferTaken

MEMORY_MS = 60_000


async def test_a_declined_item_goes_to_the_next_agent(slot: Any) -> None:
    """With its due time kept; who declined keeps their state."""
    await slot.agent("ada")
    await slot.agent("bob")
    held = await slot.arrive("c1")
    due = (await slot.items.one(held.item))["due"]
    after = await slot.agents.decline(held.offer, held.agent, MEMORY_MS)
    assert (after.item, after.state, after.agent) == (held.item, "offered", "bob")
    assert after.offer != held.offer
    assert (await slot.items.one(held.item))["due"] == due
    assert (await slot.agents.one("ada")).state == "available"
    assert (await slot.agents.offer(held.offer)).state == "declined"
    await slot.check()


async def test_who_declined_gets_the_next_item_instead(slot: Any) -> None:
    """The freed slot is filled in the same step, with what they did not let pass."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    later = await slot.arrive("c2", add_ms=900_000)
    await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    assert await slot.state(held.item) == "waiting"
    assert await slot.state(later.item) == "offered"
    await slot.check()


async def test_the_memory_keeps_a_declined_item_away(slot: Any) -> None:
    """Neither a new agent's arrival elsewhere nor becoming available again brings it back early."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    await slot.agents.state("ada", "away", None)
    await slot.agents.state("ada", "available", None)
    assert await slot.items.match(await slot.lane("support", "sms", ())) == 0
    assert await slot.state(held.item) == "waiting"
    await slot.agent("bob")
    assert (await slot.held(held.item)).agent == "bob"
    await slot.check()


async def test_declining_again_changes_nothing(slot: Any) -> None:
    """A repeated call is answered with what became of the item."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    first = await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    before = await slot.feed.last()
    assert await slot.agents.decline(held.offer, "ada", MEMORY_MS) == first
    assert await slot.feed.last() == before
    await slot.check()


async def test_what_may_not_be_declined(slot: Any) -> None:
    """No offer, another's, one accepted, expired, withdrawn."""
    await slot.agent("ada")
    with pytest.raises(NotFound):
        await slot.agents.decline("off_none", "ada", MEMORY_MS)
    held = await slot.arrive("c1")
    with pytest.raises(OfferTaken):
        await slot.agents.decline(held.offer, "bob", MEMORY_MS)
    await slot.agents.accept(held.offer, "ada")
    with pytest.raises(OfferTaken):
        await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    await slot.complete(held, "ada")
    expired = await slot.arrive("c2")
    await slot.expire(expired.offer)
    with pytest.raises(OfferExpired):
        await slot.agents.decline(expired.offer, "ada", MEMORY_MS)
    gone = await slot.arrive("c3")
    await slot.arrive("c3", ended=True)
    with pytest.raises(OfferRescinded):
        await slot.agents.decline(gone.offer, "ada", MEMORY_MS)
    await slot.check()


async def test_three_offers_and_no_more_while_others_are_there(slot: Any) -> None:
    """After three passed offers the item waits for the agent who is busy, however long."""
    await slot.agent("bob")
    await slot.serve("c0", "bob")
    await slot.agent("ada")
    held = await slot.arrive("c1")
    for _ in range(2):
        assert (held.state, held.agent) == ("offered", "ada")
        await slot.agents.decline(held.offer, "ada", MEMORY_MS)
        held = await slot.lapse("retry", held.item)
    await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    for _ in range(3):
        assert (await slot.lapse("retry", held.item)).state == "waiting"
    await slot.check()


async def test_what_is_due_first_comes_first_whatever_was_let_pass(slot: Any) -> None:
    """Behind a declined head there is an item of that lane due late; the other lane's is due sooner."""
    await slot.queue("billing")
    await slot.agent("ada", "support", "billing")
    head = await slot.arrive("c1", add_ms=1000)
    late = await slot.arrive("c2", add_ms=900_000)
    sooner = await slot.arrive("c3", queue="billing", add_ms=600_000)
    await slot.agents.decline(head.offer, "ada", MEMORY_MS)
    assert (await slot.held(sooner.item)).agent == "ada"
    assert await slot.state(late.item) == "waiting"
    await slot.check()


async def test_nine_lanes_of_declined_heads_do_not_hide_the_tenth(slot: Any) -> None:
    """However many lanes begin with what they let pass, the next one is looked at."""
    queues = [f"q{n}" for n in range(10)]
    for queue in queues:
        await slot.queue(queue)
    await slot.agent("ada", *queues)
    for n, queue in enumerate(queues):
        await slot.arrive(f"c{n}", queue=queue, add_ms=n * 60_000)
    for n in range(9):
        (item,) = (await slot.agents.one("ada")).holds
        held = await slot.held(item)
        assert held.queue == f"q{n}"
        await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    (item,) = (await slot.agents.one("ada")).holds
    assert (await slot.held(item)).queue == "q9"
    await slot.check()


async def test_many_declined_items_do_not_hide_the_one_behind_them(slot: Any) -> None:
    """An agent who lets a dozen pass gets the thirteenth."""
    await slot.agent("ada")
    for n in range(13):
        await slot.arrive(f"c{n}", add_ms=n * 60_000)
    for n in range(12):
        (item,) = (await slot.agents.one("ada")).holds
        held = await slot.held(item)
        assert (await slot.items.one(item))["cnv"] == f"c{n}"
        await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    (item,) = (await slot.agents.one("ada")).holds
    assert (await slot.items.one(item))["cnv"] == "c12"
    await slot.check()


async def test_declining_is_no_miss(slot: Any) -> None:
    """Misses in a row count; who declines is there."""
    await slot.agent("ada")
    for n in range(2):
        await slot.expire((await slot.arrive(f"c{n}")).offer)
    held = await slot.arrive("c2")
    await slot.agents.decline(held.offer, "ada", MEMORY_MS)
    await slot.expire((await slot.arrive("c3")).offer)
    assert (await slot.agents.one("ada")).state == "available"
    await slot.check()


async def test_a_private_item_declined_goes_to_everybody_at_once(slot: Any) -> None:
    """Whoever it was meant for said no: there is nothing to wait for."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.agent("bob")
    await slot.agent("cyd")
    sent = await slot.transfer(held, "ada", "support", to_agent="cyd")
    assert sent.agent == "cyd"
    after = await slot.agents.decline(sent.offer, "cyd", MEMORY_MS)
    assert (after.state, after.agent) == ("offered", "bob")
    await slot.check()


async def test_accept_and_decline_race(slot: Any, rival: Any) -> None:
    """Two desks of one agent disagree: the first counts, and the other is told so."""
    await slot.agent("ada")
    lane = await slot.lane("support", "sms", ())
    for n in range(30):
        held = await slot.arrive(f"c{n}", lane=lane)
        sides = (slot, rival) if n % 2 else (rival, slot)
        accepted, declined = await asyncio.gather(
            sides[0].agents.accept(held.offer, "ada"),
            sides[1].agents.decline(held.offer, "ada", MEMORY_MS),
            return_exceptions=True,
        )
        if await slot.state(held.item) == "active":
            assert isinstance(declined, OfferTaken)
            await slot.complete(accepted, "ada")
        else:
            assert isinstance(accepted, OfferRescinded)
            assert declined.state == "waiting"
            await slot.arrive(f"c{n}", lane=lane, ended=True)
    await slot.check()
