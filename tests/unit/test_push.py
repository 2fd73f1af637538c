"""The box of one subscriber: what it hands out, and which number a client may resume after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from router.flow import push
from router.flow.push import Box, Fact, Message, facts
from router.store.feed import FeedEntry


def fact(number: int, topic: str, **about: str) -> Fact:
    """Make a fact of the feed's entry with a number."""
    return Fact(f"1-{number}", topic, msgspec.json.encode(about))


async def nothing_lost() -> Fact:
    """Refuse to begin anew."""
    raise AssertionError("the box was not full")


async def taken(box: Box, count: int) -> list[tuple[str | None, str]]:
    """Take so many messages; give their ids and topics."""
    messages: AsyncIterator[Message] = box.take(nothing_lost)
    async with asyncio.timeout(5):
        found = [await anext(messages) for _ in range(count)]
    return [(one.id, one.topic) for one in found]


async def test_who_wants_one_topic_has_its_numbers() -> None:
    """The depth of the same entry is not for them, so nothing of the entry waits."""
    box = Box(frozenset({"item"}), None)
    for number in (1, 2):
        box.put(fact(number, "item"))
        box.put(fact(number, "depth", queue="q", channel="sms"))
    assert await taken(box, 2) == [("1-1", "item"), ("1-2", "item")]


async def test_only_the_last_fact_of_an_entry_has_its_number() -> None:
    """Whoever resumes after it has had them all."""
    box = Box(None, None)
    for one in (fact(1, "item"), fact(1, "offer"), fact(1, "depth", queue="q", channel="sms")):
        box.put(one)
    assert await taken(box, 3) == [(None, "item"), (None, "offer"), ("1-1", "depth")]


async def test_a_depth_that_waits_holds_numbers_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is handed out at most so often; a client that resumes before that must get it."""
    monkeypatch.setattr(push, "DEPTH_EVERY_S", 0.05)
    box = Box(None, None)
    box.put(fact(1, "depth", queue="a", channel="sms"))
    assert await taken(box, 1) == [("1-1", "depth")]
    box.put(fact(2, "depth", queue="a", channel="sms"))
    box.put(fact(3, "item"))
    box.put(fact(4, "depth", queue="b", channel="sms"))
    box.put(fact(5, "depth", queue="a", channel="sms"))
    box.put(fact(6, "agent"))
    found = await taken(box, 4)
    assert found == [("1-3", "item"), (None, "agent"), ("1-4", "depth"), ("1-5", "depth")]


async def test_what_was_reached_is_not_handed_out_again() -> None:
    """It was read from the feed while the box began to fill."""
    box = Box(None, None)
    for number in (1, 2, 3):
        box.put(fact(number, "item"))
    box.reach("1-2")
    assert await taken(box, 1) == [("1-3", "item")]


async def test_a_full_box_begins_anew() -> None:
    """What waited is in the snapshot; what comes after it goes on."""

    async def start_anew() -> Fact:
        box.put(fact(100, "item"))
        box.put(fact(101, "item"))
        return Fact("1-100", "reset", b"{}")

    box = Box(None, None)
    for number in range(push.BOX + 1):
        box.put(fact(number, "item"))
    messages = box.take(start_anew)
    found = [await anext(messages), await anext(messages)]
    assert [(one.id, one.topic) for one in found] == [("1-100", "reset"), ("1-101", "item")]


def test_facts_are_told_as_they_are_outside() -> None:
    """Times as RFC 3339, load as a share; each with the number of its entry."""
    entry = FeedEntry("1-7", (("item", b'{"id":"itm_1","entered_ms":0}'), ("agent", b'{"load_ppm":250000}')))
    item, agent = facts(entry)
    assert (item.number, msgspec.json.decode(item.body)["entered_at"]) == ("1-7", "1970-01-01T00:00:00Z")
    assert (agent.topic, msgspec.json.decode(agent.body)) == ("agent", {"load": 0.25})
