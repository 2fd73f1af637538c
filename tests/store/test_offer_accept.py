"""offer_accept: of all who ask, the agent of the offer gets the item, on every desk; nobody else does."""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

import pytest

from router.errors import NotFound, OfferExpired, OfferRescinded, OfferTaken
from router.store.items import Held

ROUNDS = int(os.environ.get("ROUTER_RACE_ROUNDS", "10"))
"""How often 64 clients want one offer; 500 for a long run."""

HANG_UPS = 200
CLIENTS = 64


async def test_accepting_makes_the_item_the_agents(slot: Any) -> None:
    """It is active, theirs, read, no longer waiting; the timeline will be told."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    assert (held.state, held.agent, held.open) == ("active", "ada", True)
    assert (await slot.agents.offer(held.offer)).state == "accepted"
    item = await slot.items.one(held.item)
    assert item["seen_n"] == item["in_n"] == "1"
    assert (await slot.depths.read()).oldest == {}
    (told,) = await slot.items.happenings(held.item)
    assert (told.what, told.agent, told.offer, told.rev) == ("accepted", "ada", held.offer, 1)
    await slot.check()


async def test_accepting_again_gives_the_same(slot: Any) -> None:
    """The winner's second accept is answered as the first and changes nothing."""
    await slot.agent("ada")
    first = await slot.serve("c1")
    before = await slot.feed.last()
    assert await slot.agents.accept(first.offer, "ada") == first
    assert await slot.feed.last() == before
    assert len(await slot.items.happenings(first.item)) == 1
    await slot.complete(first, "ada")
    assert (await slot.agents.accept(first.offer, "ada")).state == "done"
    await slot.check()


async def test_nobody_accepts_what_is_not_there(slot: Any) -> None:
    """An unknown offer is not found."""
    await slot.agent("ada")
    with pytest.raises(NotFound):
        await slot.agents.accept("off_none", "ada")


async def test_another_agents_offer_is_taken(slot: Any) -> None:
    """It was never theirs, pending or accepted."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    with pytest.raises(OfferTaken):
        await slot.agents.accept(held.offer, "bob")
    await slot.agents.accept(held.offer, "ada")
    with pytest.raises(OfferTaken):
        await slot.agents.accept(held.offer, "bob")
    await slot.check()


async def test_a_late_accept_is_refused_before_and_after_the_clock(slot: Any) -> None:
    """The time of the offer counts, not when somebody looks at it."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.make_due(f"offer:{held.offer}")
    with pytest.raises(OfferExpired):
        await slot.agents.accept(held.offer, "ada")
    await slot.agents.expire(held.offer, 60_000, 3)
    with pytest.raises(OfferExpired):
        await slot.agents.accept(held.offer, "ada")
    assert await slot.state(held.item) == "waiting"
    await slot.check()


async def test_what_was_withdrawn_or_declined_cannot_be_accepted(slot: Any) -> None:
    """The customer left, or the agent said no before."""
    await slot.agent("ada")
    gone = await slot.arrive("c1")
    await slot.arrive("c1", ended=True)
    with pytest.raises(OfferRescinded):
        await slot.agents.accept(gone.offer, "ada")
    declined = await slot.arrive("c2")
    await slot.agents.decline(declined.offer, "ada", 60_000)
    with pytest.raises(OfferRescinded):
        await slot.agents.accept(declined.offer, "ada")
    await slot.check()


async def test_what_was_handed_on_is_not_accepted_again(slot: Any) -> None:
    """The offer under which it was held is a thing of the past."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.transfer(held, "ada", "support")
    with pytest.raises(OfferRescinded):
        await slot.agents.accept(held.offer, "ada")
    await slot.check()


async def test_an_offer_answers_for_as_long_as_it_is_held(slot: Any) -> None:
    """A mail may be worked on for days; the day of grace begins when it ends."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    key = f"{slot.p}of:{held.offer}"
    assert await slot.link.call("TTL", key, key=key) == -1
    await slot.complete(held, "ada")
    assert 0 < await slot.link.call("TTL", key, key=key) <= 86_400


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_sixty_four_clients_want_one_offer(slot: Any, rival: Any, seed: int) -> None:
    """All tabs of its agent get the same item, every other agent is told that it is taken."""
    dice = random.Random(seed)  # noqa: S311 - a sample, not a secret
    await slot.agent("ada")
    for other in ("bob", "cyd", "dan"):
        await slot.agent(other, state="away")
    held = await slot.arrive("c1")
    who = [dice.choice(("ada", "ada", "bob", "cyd", "dan")) for _ in range(CLIENTS - 1)] + ["ada"]
    dice.shuffle(who)
    sides = [dice.choice((slot, rival)) for _ in who]
    got = await asyncio.gather(
        *(side.agents.accept(held.offer, agent) for side, agent in zip(sides, who, strict=True)),
        return_exceptions=True,
    )
    for agent, answer in zip(who, got, strict=True):
        if agent == "ada":
            assert answer == Held(True, held.item, "active", "support", "ada", held.offer)
        else:
            assert isinstance(answer, OfferTaken)
    assert len(await slot.items.happenings(held.item)) == 1
    await slot.check()


async def test_a_hang_up_races_an_accept(slot: Any, rival: Any) -> None:
    """Whoever comes first decides: abandoned and refused, or active and then wrapping. Never both."""
    dice = random.Random(7)  # noqa: S311 - a sample, not a secret
    await slot.agent("ada")
    lane = await slot.lane("support", "sms", ())
    outcomes = set()
    for n in range(HANG_UPS):
        held = await slot.arrive(f"c{n}", lane=lane)
        assert held.agent == "ada", "the slot was freed by the race before"
        calls = [
            slot.agents.accept(held.offer, "ada"),
            rival.arrive(f"c{n}", lane=lane, rev=10**6, ended=True),
        ]
        if dice.random() < 0.5:
            accepted, left = await asyncio.gather(*calls, return_exceptions=True)
        else:
            left, accepted = await asyncio.gather(*reversed(calls), return_exceptions=True)
        state = await slot.state(held.item)
        assert left.state == state
        if state == "abandoned":
            assert isinstance(accepted, OfferRescinded)
        else:
            assert (state, accepted.item) == ("wrapping", held.item)
            await slot.complete(held, "ada", op=f"op{n}")
        outcomes.add(state)
        told = [one.what for one in await slot.items.happenings(held.item)]
        assert told == (["abandoned"] if state == "abandoned" else ["accepted", "completed"])
    assert outcomes == {"abandoned", "wrapping"}, "both must happen for the race to mean something"
    await slot.check()
