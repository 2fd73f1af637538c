"""offer_expire: an offer nobody took goes back; who misses too many is set away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.errors import OfferExpired


async def test_an_expired_offer_goes_to_the_next_agent(slot: Any) -> None:
    """As if it were declined, with its place kept."""
    await slot.agent("ada")
    await slot.agent("bob")
    held = await slot.arrive("c1")
    after = await slot.expire(held.offer)
    assert (after.item, after.state, after.agent) == (held.item, "offered", "bob")
    assert (await slot.agents.offer(held.offer)).state == "expired"
    await slot.check()


async def test_an_offer_whose_time_has_not_come_stays(slot: Any) -> None:
    """A clock that runs ahead changes nothing."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    assert not (await slot.agents.expire(held.offer, 60_000, 3)).open
    assert (await slot.held(held.item)) == held
    await slot.check()


async def test_expiring_twice_or_after_the_end_changes_nothing(slot: Any) -> None:
    """The second of two clocks finds nothing; neither does one that comes after an accept."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.expire(held.offer)
    before = await slot.feed.last()
    assert not (await slot.agents.expire(held.offer, 60_000, 3)).open
    assert not (await slot.agents.expire("off_none", 60_000, 3)).open
    assert await slot.feed.last() == before
    other = await slot.serve("c2")
    assert not (await slot.agents.expire(other.offer, 60_000, 3)).open
    assert await slot.state(other.item) == "active"
    await slot.check()


async def test_three_misses_in_a_row_set_the_agent_away(slot: Any) -> None:
    """And what they were offered waits for others."""
    await slot.agent("ada")
    held = [await slot.arrive("c0")]
    for n in range(1, 4):
        assert (await slot.agents.one("ada")).state == "available"
        held.append(await slot.arrive(f"c{n}"))
        await slot.expire((await slot.held(held[n - 1].item)).offer)
    ada = await slot.agents.one("ada")
    assert (ada.state, ada.reason, ada.holds) == ("away", "missed offers", {})
    assert [await slot.state(one.item) for one in held] == ["waiting"] * 4
    await slot.check()


async def test_an_accept_between_forgives_the_misses(slot: Any) -> None:
    """Only misses in a row count, and coming back begins anew."""
    await slot.agent("ada")
    for n in range(2):
        await slot.expire((await slot.arrive(f"c{n}")).offer)
    await slot.complete(await slot.serve("c2"), "ada")
    for n in range(3, 5):
        await slot.expire((await slot.arrive(f"c{n}")).offer)
    assert (await slot.agents.one("ada")).state == "available"
    await slot.expire((await slot.arrive("c5")).offer)
    assert (await slot.agents.one("ada")).state == "away"
    await slot.agents.state("ada", "available", None)
    await slot.expire((await slot.arrive("c6")).offer)
    assert (await slot.agents.one("ada")).state == "available"
    await slot.check()


async def test_one_who_does_not_answer_does_not_halt_the_others(slot: Any) -> None:
    """The item goes from one to the next, each asked once, no tight loop."""
    for name in ("ada", "bob", "cyd"):
        await slot.agent(name)
    held = await slot.arrive("c1")
    asked = []
    while held.state == "offered":
        asked.append(held.agent)
        held = await slot.expire(held.offer)
    assert asked == ["ada", "bob", "cyd"]
    await slot.check()


async def test_an_accept_races_two_clocks(slot: Any, rival: Any) -> None:
    """The time of the offer decides, whoever comes first: it has run out."""
    await slot.agent("ada")
    await slot.agent("bob")
    for n in range(30):
        held = await slot.arrive(f"c{n}")
        await slot.make_due(f"offer:{held.offer}")
        accepted, *expired = await asyncio.gather(
            rival.agents.accept(held.offer, held.agent),
            slot.agents.expire(held.offer, 60_000, 99),
            rival.agents.expire(held.offer, 60_000, 99),
            return_exceptions=True,
        )
        assert isinstance(accepted, OfferExpired)
        assert sorted(one.open for one in expired) == [False, True]
        await slot.arrive(f"c{n}", ended=True)
    await slot.check()


@pytest.mark.parametrize("misses", [1, 2])
async def test_the_limit_of_misses_is_a_setting(slot: Any, misses: int) -> None:
    """The agent is away at the miss that reaches it, not before."""
    await slot.agent("ada")
    for n in range(misses):
        assert (await slot.agents.one("ada")).state == "available"
        await slot.expire((await slot.arrive(f"c{n}")).offer, misses_to_away=misses)
        await slot.arrive(f"c{n}", ended=True)
    assert (await slot.agents.one("ada")).state == "away"
