"""item_transfer: an item is handed on to a queue or an agent, its wait kept or begun anew."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import NotFound, NotHeld, Stale, WrongState


@pytest.fixture
async def held(slot: Any) -> Any:
    """Let ada hold an item of ``support``; there is a queue ``billing`` with nobody."""
    await slot.queue("billing")
    await slot.agent("ada", "support", "billing")
    return await slot.serve("c1", received_ms=1)


async def test_a_transfer_keeps_the_wait(slot: Any, held: Any) -> None:
    """Due is counted from the entry, a day ago at most; the depth moves to the new queue."""
    entered = int((await slot.items.one(held.item))["entered"])
    sent = await slot.transfer(held, "ada", "billing", add_ms=1000, offer_ms=7000)
    assert (sent.state, sent.queue, sent.agent, sent.offer) == ("waiting", "billing", "", "")
    item = await slot.items.one(held.item)
    assert (int(item["entered"]), int(item["due"])) == (entered, entered + 1000)
    assert item["offer_ms"] == "7000"
    assert (await slot.depths.read()).states == {("billing", "sms", "waiting"): 1}
    told = (await slot.items.happenings(held.item))[-1]
    assert (told.what, told.queue, told.to_queue, told.agent) == ("transferred", "support", "billing", "ada")
    await slot.check()


async def test_a_transfer_may_begin_the_wait_anew(slot: Any, held: Any) -> None:
    """Entered is now, also in the list of open items."""
    before = int((await slot.items.one(held.item))["entered"])
    await slot.transfer(held, "ada", "billing", reset=True, add_ms=1000)
    item = await slot.items.one(held.item)
    assert int(item["entered"]) > before + 86_000_000
    assert int(item["due"]) == int(item["entered"]) + 1000
    score = await slot.link.call("ZSCORE", f"{slot.p}op", held.item, key=slot.p)
    assert float(score) == float(item["entered"])
    await slot.check()


async def test_it_does_not_come_straight_back(slot: Any, held: Any) -> None:
    """Ada serves the queue too, but another gets it, or nobody for a while; she gets other work."""
    other = await slot.arrive("c2")
    await slot.transfer(held, "ada", "billing")
    assert await slot.state(held.item) == "waiting"
    assert (await slot.held(other.item)).agent == "ada"
    await slot.agent("bob", "billing")
    assert (await slot.held(held.item)).agent == "bob"
    await slot.check()


async def test_it_comes_back_when_nobody_else_came(slot: Any, held: Any) -> None:
    """After the memory; handing on is no offer let pass."""
    for _ in range(4):
        await slot.transfer(held, "ada", "billing", op=held.offer)
        held = await slot.lapse("retry", held.item)
        assert held.agent == "ada"
        held = await slot.agents.accept(held.offer, "ada")
    await slot.check()


async def test_a_transfer_to_an_agent_waits_for_them(slot: Any, held: Any) -> None:
    """Bob is longer idle, but it is meant for cyd."""
    await slot.agent("bob")
    await slot.agent("cyd")
    sent = await slot.transfer(held, "ada", "support", to_agent="cyd")
    assert sent.agent == "cyd"
    assert (await slot.items.happenings(held.item))[-1].to_agent == "cyd"
    await slot.check()


async def test_a_busy_agent_finds_it_first(slot: Any, held: Any) -> None:
    """It waits for them alone; when they are free it comes before what is due earlier."""
    await slot.agent("cyd")
    busy = await slot.serve("c2", "cyd")
    await slot.transfer(held, "ada", "support", to_agent="cyd")
    assert await slot.state(held.item) == "waiting"
    await slot.agents.state("ada", "away", None)
    early = await slot.arrive("c3", add_ms=1)
    await slot.complete(busy, "cyd")
    assert (await slot.held(held.item)).agent == "cyd"
    assert await slot.state(early.item) == "waiting"
    await slot.check()


async def test_what_is_meant_for_them_comes_first_on_any_channel(slot: Any, held: Any) -> None:
    """A call that is due sooner waits behind it, until there is room."""
    await slot.agent("cyd", sms=(1.0, 1), chat=(1.0, 1), voice=(1.0, 1))
    busy = await slot.serve("c2", "cyd", channel="chat")
    await slot.transfer(held, "ada", "support", to_agent="cyd")
    chat = await slot.arrive("c3", channel="chat", add_ms=1)
    call = await slot.arrive("c4", channel="voice", add_ms=1)
    await slot.complete(busy, "cyd")
    assert (await slot.held(held.item)).agent == "cyd"
    assert [await slot.state(one.item) for one in (chat, call)] == ["waiting", "waiting"]
    await slot.check()


async def test_an_agent_who_is_away_is_not_waited_for(slot: Any, held: Any) -> None:
    """Everybody may have it at once: away, without the channel, or the one who sends it."""
    for name in ("bob", "eve"):
        await slot.agent(name)
    await slot.agent("cyd", state="away")
    await slot.agent("dan", voice=(1.0, 1))
    for to_agent, op in (("cyd", "1"), ("dan", "2")):
        sent = await slot.transfer(held, held.agent, "support", to_agent=to_agent, op=op)
        assert sent.state == "offered"
        held = await slot.agents.accept(sent.offer, sent.agent)
        await slot.check()
    sent = await slot.transfer(held, held.agent, "support", to_agent=held.agent, op="3")
    assert (await slot.items.one(sent.item))["lane"].startswith("ln_")
    await slot.check()


async def test_whoever_is_named_may_have_it_though_they_declined(slot: Any) -> None:
    """A colleague asks for them: what they let pass before does not count."""
    for name in ("cyd", "ada"):
        await slot.agent(name)
    declined = await slot.arrive("c1")
    await slot.agents.decline(declined.offer, "cyd", 60_000)
    held = await slot.held(declined.item)
    await slot.agents.accept(held.offer, "ada")
    assert (await slot.transfer(held, "ada", "support", to_agent="cyd")).agent == "cyd"
    await slot.check()


async def test_transferring_twice_changes_nothing(slot: Any, held: Any) -> None:
    """A cut answer cannot move it again, not even after another agent has it."""
    first = await slot.transfer(held, "ada", "billing", op="key")
    before = await slot.feed.last()
    assert await slot.transfer(held, "ada", "billing", op="key") == first
    assert await slot.feed.last() == before
    await slot.agent("bob", "billing")
    mine = await slot.held(held.item)
    assert await slot.transfer(held, "ada", "support", op="key") == mine
    await slot.agents.accept(mine.offer, "bob")
    assert (await slot.transfer(held, "ada", "support", op="key")).agent == "bob"
    await slot.complete(mine, "bob", op="other")
    with pytest.raises(NotHeld):
        await slot.transfer(held, "ada", "support", op="key")
    await slot.check()


async def test_what_may_not_be_transferred(slot: Any, held: Any) -> None:
    """No such agent, an older registry, an unknown lane, not held, not active. Nothing has changed."""
    before = await slot.feed.last()
    with pytest.raises(NotFound):
        await slot.transfer(held, "ada", "billing", to_agent="nobody")
    with pytest.raises(NotFound):
        await slot.transfer(held, "ada", "billing", item="itm_none")
    before = await slot.feed.last()
    for wrong in ({"reg": 0}, {"lane": "ln_unknown"}):
        with pytest.raises(Stale):
            await slot.transfer(held, "ada", "billing", **wrong)
    with pytest.raises(NotHeld):
        await slot.transfer(held, "bob", "billing")
    with pytest.raises(NotHeld):
        await slot.transfer(held, "ada", "billing", offer="off_none")
    assert await slot.feed.last() == before
    await slot.complete(held, "ada")
    with pytest.raises(WrongState):
        await slot.transfer(held, "ada", "billing", op="late")
    await slot.check()


async def test_a_wrapping_item_may_be_handed_on(slot: Any, held: Any) -> None:
    """Its wrap-up ends with it."""
    assert (await slot.arrive("c1", ended=True)).state == "wrapping"
    assert (await slot.transfer(held, "ada", "billing")).state == "waiting"
    await slot.check()


async def test_transfer_races_complete(slot: Any, rival: Any, held: Any) -> None:
    """One happens, the other is refused; the item has one owner or none."""
    lane = await slot.lane("billing", "sms", ())
    for n in range(30):
        sides = (slot, rival) if n % 2 else (rival, slot)
        sent, done = await asyncio.gather(
            sides[0].transfer(held, "ada", "billing", lane=lane, op="t"),
            sides[1].complete(held, "ada", op="c"),
            return_exceptions=True,
        )
        if await slot.state(held.item) == "done":
            assert isinstance(sent, WrongState)
        else:
            assert isinstance(done, NotHeld)
            await slot.arrive(f"d{n - 1}" if n else "c1", ended=True)
        held = await slot.serve(f"d{n}")
    await slot.check()
