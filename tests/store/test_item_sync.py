"""item_sync: a conversation has at most one open item, and the newest revision wins."""

from __future__ import annotations

import asyncio
from itertools import permutations
from typing import Any

import msgspec
import pytest

from router.errors import Stale


async def test_an_arrival_makes_an_item_that_waits(slot: Any) -> None:
    """Nobody is there: the item waits and is counted."""
    held = await slot.arrive("c1")
    assert (held.state, held.open, held.agent) == ("waiting", True, "")
    assert (await slot.depths.read()).states == {("support", "sms", "waiting"): 1}
    await slot.check()


async def test_a_ready_agent_is_offered_the_arrival(slot: Any) -> None:
    """An available agent with room gets the offer in the same step."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    assert (held.state, held.agent) == ("offered", "ada")
    assert (await slot.agents.offer(held.offer)).state == "pending"
    await slot.check()


async def test_an_older_or_equal_revision_changes_nothing(slot: Any) -> None:
    """A sync carried twice or late answers what is held."""
    first = await slot.arrive("c1", rev=5, want_rev=5)
    again = await slot.arrive("c1", rev=5, want_rev=5)
    older = await slot.arrive("c1", rev=4, want_rev=4, ended=True)
    assert first == again == older
    await slot.check()


async def test_a_second_message_bumps_the_one_open_item(slot: Any) -> None:
    """The item stays, its unread count grows."""
    first = await slot.arrive("c1")
    second = await slot.arrive("c1", in_n=2)
    assert first.item == second.item
    assert (await slot.items.one(first.item))["in_n"] == "2"


async def test_a_hang_up_abandons_who_waits_and_refills_the_slot(slot: Any) -> None:
    """The offer is rescinded, the agent gets the next item."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    waiting = await slot.arrive("c2")
    gone = await slot.arrive("c1", ended=True)
    assert gone.state == "abandoned"
    assert (await slot.agents.offer(held.offer)).state == "rescinded"
    assert await slot.state(waiting.item) == "offered"
    await slot.check()


async def test_a_hang_up_after_accept_leads_to_wrap_up(slot: Any) -> None:
    """Active becomes wrapping, and a new message makes it active again."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.agents.accept(held.offer, "ada")
    assert (await slot.arrive("c1", ended=True)).state == "wrapping"
    assert (await slot.arrive("c1", in_n=2)).state == "active"
    await slot.check()


async def test_after_the_end_only_a_newer_want_makes_another_item(slot: Any) -> None:
    """Noise on an ended conversation makes none; a new message does."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.agents.accept(held.offer, "ada")
    await slot.complete(held, "ada")
    noise = await slot.arrive("c1", want_rev=slot.rev)
    assert (noise.item, noise.open) == (held.item, False)
    fresh = await slot.arrive("c1")
    assert fresh.open
    assert fresh.item != held.item
    await slot.check()


async def test_a_decision_under_an_older_registry_is_stale(slot: Any) -> None:
    """The registry moved on: think again."""
    with pytest.raises(Stale):
        await slot.arrive("c1", reg=0)
    with pytest.raises(Stale):
        await slot.arrive("c1", lane="ln_unknown")
    assert (await slot.depths.read()).states == {}


async def test_fifty_syncs_at_once_make_one_item(slot: Any) -> None:
    """However many processes carry the same conversation, there is one item."""
    await slot.agent("ada")
    await slot.arrive("c0", ended=True)
    held = await asyncio.gather(*(slot.arrive("c1", rev=100 + i, want_rev=100) for i in range(50)))
    assert len({one.item for one in held}) == 1
    await slot.check()


async def test_the_earliest_due_item_goes_first(slot: Any) -> None:
    """Over channels and lanes an agent gets what is due first."""
    late = await slot.arrive("c1", channel="email", add_ms=4_000_000)
    soon = await slot.arrive("c2", channel="voice", add_ms=20_000)
    await slot.agent("ada", sms=(1.0, 1), voice=(1.0, 1), email=(1.0, 1))
    assert await slot.state(soon.item) == "offered"
    assert await slot.state(late.item) == "waiting"
    await slot.check()


async def test_skills_decide_who_may_take_it(slot: Any) -> None:
    """An agent without the level is passed over."""
    await slot.agent("ada", skills={"german": 2})
    held = await slot.arrive("c1", need=("german>=3",))
    assert held.state == "waiting"
    await slot.agent("bob", skills={"german": 3})
    assert (await slot.items.one(held.item))["agent"] == "bob"
    await slot.check()


async def test_the_longest_idle_agent_is_chosen(slot: Any) -> None:
    """Three agents take three items in the order in which they became available."""
    for name in ("cyd", "ada", "bob"):
        await slot.agent(name)
    chosen = [(await slot.arrive(f"c{i}")).agent for i in range(3)]
    assert chosen == ["cyd", "ada", "bob"]


async def test_a_thousand_items_at_once_never_pass_a_cap(slot: Any) -> None:
    """Caps of one to five hold at every instant, and every slot is used."""
    for i in range(1, 6):
        await slot.agent(f"a{i}", sms=(1 / i, i))
    await slot.arrive("c", ended=True)
    lane = await slot.lane("support", "sms", ())
    await asyncio.gather(*(slot.arrive(f"c{i}", lane=lane) for i in range(1000)))
    await slot.check()
    agents = {agent.id: len(agent.holds) for agent in await slot.agents.read(await slot.agents.names())}
    assert agents == {"a1": 1, "a2": 2, "a3": 3, "a4": 4, "a5": 5}
    assert sum((await slot.depths.read()).states.values()) == 1000


async def test_a_hang_up_before_the_arrival_makes_no_item(slot: Any) -> None:
    """The late arrival is older than what is known; the memory of it does not stay for ever."""
    gone = await slot.arrive("c1", rev=7, want_rev=6, ended=True)
    assert (gone.item, gone.open) == (None, False)
    assert not (await slot.arrive("c1", rev=6, want_rev=6)).open
    assert 0 < await slot.link.call("TTL", f"{slot.p}ic:c1", key=slot.p) <= 60 * 86_400
    again = await slot.arrive("c1", rev=8, want_rev=8)
    assert again.open
    assert await slot.link.call("TTL", f"{slot.p}ic:c1", key=slot.p) == -1
    await slot.check()


async def test_any_order_of_syncs_ends_the_same(slot: Any) -> None:
    """Whatever overtakes what on the way, the newest revision decides."""
    revs = [
        {"rev": 1, "want_rev": 1},
        {"rev": 2, "want_rev": 2, "in_n": 2},
        {"rev": 3, "want_rev": 2, "ended": True},
    ]
    for n, order in enumerate(permutations(revs)):
        for change in order:
            await slot.arrive(f"c{n}", **change)
    assert (await slot.depths.read()).states == {}
    await slot.check()


async def test_what_we_say_leaves_nothing_unread(slot: Any) -> None:
    """Said twice it is no news."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.arrive("c1", in_n=3)
    assert (await slot.items.one(held.item))["seen_n"] == "1"
    for _ in range(2):
        before = await slot.feed.last()
        await slot.arrive("c1", want_rev=1, in_n=3, seen=True)
    assert (await slot.items.one(held.item))["seen_n"] == "3"
    assert await slot.feed.last() == before
    await slot.check()


async def test_an_item_waits_since_its_message_came(slot: Any) -> None:
    """Not longer than a day, and never from the future."""
    time = await slot.link.call("TIME", key=slot.p)
    now = int(time[0]) * 1000
    for cnv, received, entered in (("c1", now - 5000, now - 5000), ("c2", now - 10**9, now - 86_400_000)):
        item = await slot.items.one((await slot.arrive(cnv, received_ms=received)).item)
        assert entered <= int(item["entered"]) <= entered + 60_000
        assert int(item["due"]) == int(item["entered"]) + 600_000
    late = await slot.items.one((await slot.arrive("c3", received_ms=now + 10**9)).item)
    assert int(late["entered"]) <= now + 60_000


async def test_an_ended_item_answers_for_eight_days(slot: Any) -> None:
    """And leaves nothing behind that lasts longer, but what is still to be told."""
    await slot.agent("ada")
    held = await slot.serve("c1")
    await slot.complete(held, "ada")
    await slot.items.clear(held.item, 99)
    for name in (f"it:{held.item}", f"dc:{held.item}"):
        assert 0 < await slot.link.call("TTL", slot.p + name, key=slot.p) <= 8 * 86_400
    for name in (f"hp:{held.item}", f"dn:{held.item}", "oi:cus_c1", "op", "due", "ah:ada", "wt:support|sms"):
        assert await slot.link.call("EXISTS", slot.p + name, key=slot.p) == 0, name


async def test_a_decision_says_why(slot: Any) -> None:
    """Who was passed over and for what; who got it, and what was compared."""
    await slot.agent("ada", state="away")
    await slot.agent("bob")
    busy = await slot.serve("c0", "bob")
    held = await slot.arrive("c1")
    (waiting,) = [msgspec.json.decode(one) for one in await slot.items.decisions(held.item)]
    assert waiting["outcome"] == "waiting"
    assert waiting["candidates"] == [
        {"agent": "ada", "passed_over": "away"},
        {"agent": "bob", "passed_over": "full"},
    ]
    await slot.complete(busy, "bob")
    offered = msgspec.json.decode((await slot.items.decisions(held.item))[-1])
    assert (offered["outcome"], offered["agent"], offered["candidates"]) == (
        "offered",
        "bob",
        [{"agent": "bob"}],
    )
    due = int((await slot.items.one(held.item))["due"])
    assert (offered["heads"], offered["due_ms"]) == ([{"item": held.item, "due_ms": due}], due)


async def test_at_most_fifty_decisions_are_kept(slot: Any) -> None:
    """However often an item goes round."""
    await slot.agent("ada")
    held = await slot.arrive("c1", max_offers=100)
    for _ in range(30):
        await slot.agents.decline(held.offer, "ada", 60_000)
        held = await slot.lapse("retry", held.item)
    assert len(await slot.items.decisions(held.item)) == 50
