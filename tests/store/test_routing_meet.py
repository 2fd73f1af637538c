"""routing_meet: a server we have not met raises the epoch; numbers go on beyond it; the feed begins anew."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from router.errors import SchemaUnknown


class _Meet(msgspec.Struct):
    run_id: str
    schema: str


async def test_the_first_meeting_begins_epoch_one(slot: Any) -> None:
    """The feed says so; the same server again says nothing."""
    first = await slot.feed.last()
    assert first.startswith("1-")
    assert await slot.meet("run1") == 1
    assert await slot.feed.last() == first


async def test_a_new_server_is_a_new_epoch(slot: Any) -> None:
    """Watchers are told to begin anew, and every later number is greater than any before."""
    await slot.agent("ada", sms=(0.1, 10))
    before, seen = await slot.arrive("c1"), await slot.feed.last()
    assert await slot.meet("run2") == 2
    (reset,) = await slot.feed.since(seen, 10)
    assert [(topic, msgspec.json.decode(body)) for topic, body in reset.facts] == [("reset", {"epoch": 2})]
    after = await slot.arrive("c2")
    assert number(after.item) > number(before.item)
    assert number(after.offer) > number(before.offer)
    assert number(after.item) > 2 * 10**9
    assert place(await slot.feed.last()) > place(reset.id) > place(seen)
    await slot.check()


async def test_what_a_power_cut_took_is_numbered_beyond(slot: Any) -> None:
    """The counter may be behind what was told; the epoch is not."""
    key = f"{slot.p}slot"
    told = (await slot.arrive("c1")).item
    await slot.link.call("HSET", key, "n", 5, key=key)
    await slot.meet("run2")
    assert number((await slot.arrive("c2")).item) > number(told)


async def test_a_hundred_meet_it_once(slot: Any, rival: Any) -> None:
    """Every connection of every process meets it; one epoch comes of it."""
    epochs = await asyncio.gather(*(side.meet("run9") for _ in range(50) for side in (slot, rival)))
    assert set(epochs) == {2}


async def test_data_of_another_schema_are_refused(slot: Any) -> None:
    """Nothing is changed by who cannot read it."""
    anchor = f"{slot.p}slot"
    before = await slot.link.call("HGETALL", anchor, key=anchor)
    with pytest.raises(SchemaUnknown):
        await slot.library.call("routing_meet", anchor, _Meet("run2", "999"))
    assert await slot.link.call("HGETALL", anchor, key=anchor) == before


async def test_old_offers_are_good_in_the_new_epoch(slot: Any) -> None:
    """Work goes on: what was offered before is accepted after."""
    await slot.agent("ada")
    held = await slot.arrive("c1")
    await slot.meet("run2")
    assert (await slot.agents.accept(held.offer, "ada")).state == "active"
    await slot.check()


def number(name: str | None) -> int:
    """Give the number of an id."""
    return int((name or "").partition("_")[2])


def place(entry: str) -> tuple[int, int]:
    """Give the place of a feed entry."""
    epoch, _, n = entry.partition("-")
    return int(epoch), int(n)
