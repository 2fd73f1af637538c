"""item_retry: when a memory ends, the item looks again; when all let it pass too often, it begins anew."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

MEMORY_MS = 60_000


async def passed(slot: Any, held: Any) -> None:
    """Let the agent decline."""
    await slot.agents.decline(held.offer, held.agent, MEMORY_MS)


async def test_after_the_memory_the_item_comes_back(slot: Any) -> None:
    """To the one agent there is."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await passed(slot, held)
    again = await slot.lapse("retry", held.item)
    assert (again.state, again.agent) == ("offered", "ada")
    assert again.offer != held.offer
    await slot.check()


async def test_the_first_memory_to_end_counts(slot: Any) -> None:
    """Bob's later decline does not keep ada's time from ending; then bob's own is waited for."""
    await slot.agent("ada")
    await slot.agent("bob")
    held = await slot.arrive("c1")
    await slot.agents.decline(held.offer, "ada", 10_000)
    offer = (await slot.held(held.item)).offer
    await slot.agents.decline(offer, "bob", 90_000)
    assert await wait_ms(slot, held.item) <= 10_000
    key = f"{slot.p}due"
    await slot.link.call("ZADD", key, 1, f"retry:{held.item}", key=key)
    await slot.link.call("HSET", f"{slot.p}dn:{held.item}", "ada", "1|3", key=key)
    assert (await slot.items.lapse("retry", held.item)).state == "waiting"
    assert 80_000 < await wait_ms(slot, held.item) <= 90_000
    await slot.check()


async def wait_ms(slot: Any, item: str) -> float:
    """Give how long it is until the item is tried again."""
    time = await slot.link.call("TIME", key=slot.p)
    score = await slot.link.call("ZSCORE", f"{slot.p}due", f"retry:{item}", key=slot.p)
    return float(score) - int(time[0]) * 1000 - int(time[1]) // 1000


async def test_a_stuck_item_begins_anew(slot: Any) -> None:
    """Everybody there let it pass three times: said aloud, and offered again."""
    await slot.agent("ada")
    await slot.agent("zoe", state="away")
    held = await slot.arrive("c1")
    for _ in range(2):
        await passed(slot, held)
        held = await slot.lapse("retry", held.item)
    await passed(slot, held)
    number = await slot.feed.last()
    again = await slot.lapse("retry", held.item)
    assert (again.state, again.agent) == ("offered", "ada")
    told = dict((await slot.feed.since(number, 10))[-1].facts)
    assert msgspec.json.decode(told["alarm"]) == {"alarm": "stuck", "item": held.item, "queue": "support"}
    outcomes = [msgspec.json.decode(one)["outcome"] for one in await slot.items.decisions(held.item)]
    assert outcomes == ["offered", "declined", "waiting"] * 3 + ["stuck", "offered"]
    await slot.check()


async def test_with_nobody_there_it_is_not_stuck_but_tried_again(slot: Any) -> None:
    """The net stays spread while the item is shy."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    for _ in range(2):
        await passed(slot, held)
        held = await slot.lapse("retry", held.item)
    await passed(slot, held)
    await slot.agents.state("ada", "offline", None)
    assert (await slot.lapse("retry", held.item)).state == "waiting"
    await slot.agents.state("ada", "available", None)
    assert (await slot.lapse("retry", held.item)).agent == "ada"
    await slot.check()


async def test_a_memory_is_not_lost_while_another_thinks(slot: Any) -> None:
    """The time comes while bob has the offer; when he leaves, ada's three times still end some day."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    for _ in range(2):
        await passed(slot, held)
        held = await slot.lapse("retry", held.item)
    await passed(slot, held)
    await slot.agent("bob")
    assert (await slot.held(held.item)).agent == "bob"
    await slot.link.call("ZADD", f"{slot.p}due", 1, f"retry:{held.item}", key=slot.p)
    assert (await slot.items.lapse("retry", held.item)).agent == "bob"
    await slot.agents.state("bob", "away", None)
    assert await slot.state(held.item) == "waiting"
    await slot.check()
    assert (await slot.lapse("retry", held.item)).agent == "ada"
    await slot.check()


async def test_before_its_time_nothing_is_tried(slot: Any) -> None:
    """Nor for an item that is not there, nor for one that is held or ended."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await passed(slot, held)
    assert not (await slot.items.lapse("retry", held.item)).open
    assert not (await slot.items.lapse("retry", "itm_none")).open
    await slot.agent("bob")
    offer = (await slot.held(held.item)).offer
    await slot.agents.accept(offer, "bob")
    assert (await slot.lapse("retry", held.item)).state == "active"
    await slot.check()


async def test_an_ended_item_is_not_tried(slot: Any) -> None:
    """Nothing of it falls due, nothing is remembered."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await passed(slot, held)
    await slot.arrive("c1", ended=True)
    assert await slot.link.call("ZCARD", f"{slot.p}due", key=slot.p) == 0
    assert await slot.link.call("EXISTS", f"{slot.p}dn:{held.item}", key=slot.p) == 0


async def test_two_clocks_try_once(slot: Any, rival: Any) -> None:
    """One finds an agent, the other finds nothing to do."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await passed(slot, held)
    await slot.make_due(f"retry:{held.item}")
    got = await asyncio.gather(*(one.items.lapse("retry", held.item) for one in (slot, rival)))
    assert sorted(one.open for one in got) == [False, True]
    await slot.check()


async def test_those_who_let_it_pass_do_not_hide_who_did_not(slot: Any) -> None:
    """However many longer idle are passed over, the one who is ready gets it."""
    for n in range(10):
        await slot.agent(f"a{n}")
    held = await slot.arrive("c1")
    for n in range(9):
        assert held.agent == f"a{n}"
        await passed(slot, held)
        held = await slot.held(held.item)
    await slot.agent("zoe")
    await passed(slot, held)
    assert (await slot.held(held.item)).agent == "zoe"
    await slot.check()
