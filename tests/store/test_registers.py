"""The registers that event_record merges: the order of arrival cannot matter."""

from __future__ import annotations

import pytest
from filing import ADA, T0, arrival, recording

from router.model import ids
from router.store import keys
from router.store.link import Link
from router.store.registers import Registers
from router.store.timelines import Timelines
from router.store.workspace import Workspace


async def test_a_hang_up_before_its_call(
    timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """The end arrives first: when the arrival comes it is over already."""
    end = recording(place, "end", 500, ended=True, routed=True)
    assert not (await timelines.record(end)).marked  # nobody ever wanted a person
    done = await timelines.record(arrival(place, "call", 100))
    assert (done.live, done.marked, done.ended) == (False, True, T0 + 500)
    again = await timelines.record(arrival(place, "next", 900))
    assert again.live
    talk = await registers.conversation(end.conversation)
    assert talk
    assert (talk.live, talk.want_at, talk.in_n) == (True, T0 + 900, 3)


async def test_an_older_arrival_names_the_newest_facts(
    timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """Message 2 before message 1: the facts stay those of message 2, and both raise want_rev."""
    two = await timelines.record(arrival(place, "two", 20))
    one = await timelines.record(arrival(place, "one", 10))
    assert one.want_rev > two.want_rev
    assert (one.want_at, one.want_recv, one.facts) == (T0 + 20, T0 + 20, '{"of":"two"}')
    talk = await registers.conversation(ids.conversation_id(
        place.hash_key, ids.handle_id(place.hash_key, ADA), "sms", "+14155559999", None))  # fmt: skip
    assert talk
    assert talk.facts == '{"of":"two"}'


async def test_what_is_done_is_open_no_more(
    link: Link, timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """The end of an item closes the arrivals up to its want_rev, not those that came since."""
    one = await timelines.record(arrival(place, "one"))
    two_sent = arrival(place, "two", 10)
    two = await timelines.record(two_sent)
    p = place.prefix(two_sent.hid)

    async def done(name: str, want_rev: int) -> int:
        event = recording(place, name, 20, direction="internal", source="router:1", close_want=want_rev)
        await timelines.record(event)
        opened: int = await link.call("HEXISTS", keys.open(p), two_sent.conversation, key=p)
        return opened

    assert await done("done-1", one.want_rev) == 1
    assert await done("done-2", two.want_rev) == 0
    talk = await registers.conversation(two_sent.conversation)
    assert talk
    assert (talk.facts, talk.source) == (None, "test:1")
    late = await timelines.record(arrival(place, "late", 5))
    assert late.facts == '{"of":"late"}'  # an older arrival, but the only one that is open
    assert late.want_at == T0 + 10


async def test_a_reply_goes_where_the_newest_inbound_event_came_in(
    timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """Our own and internal events never decide the address, however new they are."""
    await timelines.record(recording(place, "own", 900, direction="out", source="own:1", to="+1own"))
    await timelines.record(recording(place, "new", 500, source="test:2", to="+1new", channel="social"))
    await timelines.record(recording(place, "old", 100, source="test:1", to="+1old"))
    talk = await registers.conversation(recording(place, "x").conversation)
    assert talk
    assert (talk.source, talk.to, talk.channel) == ("test:2", "+1new", "social")
    assert (talk.opened, talk.last_in, talk.last_out) == (T0 + 100, T0 + 500, T0 + 900)


@pytest.mark.parametrize("backwards", [False, True])
async def test_the_best_name_stays(
    timelines: Timelines, registers: Registers, place: Workspace, *, backwards: bool
) -> None:
    """Attested before newest, newest before older, whatever came first."""
    named = [
        ("a", 0, "Old", 2),
        ("b", 50, "Ada", 2),
        ("f", 50, "Ad", 2),
        ("c", 50, "Abe", 2),
        ("d", 900, "Claimed", 1),
        ("e", 950, None, 2),
    ]
    for name, at, who, trust in reversed(named) if backwards else named:
        await timelines.record(recording(place, name, at, name=who, name_trust=trust))
    (record,) = await registers.handles([recording(place, "x").hid])
    assert record
    assert (record.name, record.name_trust, record.events) == ("Ada", 2, 6)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("place_of_byte", [0, 4, 11])
async def test_of_two_arrivals_at_one_moment_the_greater_digest_is_the_newest(
    timelines: Timelines, registers: Registers, place: Workspace, place_of_byte: int, *, backwards: bool
) -> None:
    """The tie is decided by what the events are, not by which came first; a sequence goes before it."""
    low, high = bytes(12), bytes(place_of_byte) + b"\x01" + bytes(11 - place_of_byte)
    events = [
        arrival(place, "first", digest=b"\xff" * 12, source="test:0"),
        arrival(place, "low", sequence=1, digest=low, source="test:1"),
        arrival(place, "high", sequence=1, digest=high, source="test:2"),
    ]
    for one in reversed(events) if backwards else events:
        await timelines.record(one)
    talk = await registers.conversation(events[0].conversation)
    assert talk
    assert (talk.facts, talk.source) == ('{"of":"high"}', "test:2")


async def test_conversations_are_listed_by_last_activity(
    timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """The newest first, however little apart, and no more than asked for."""
    hour = 3_600_000
    for name, thread, at in (
        ("a", "t1", 0),
        ("b", "t2", 1),
        ("c", "t3", 9 * hour),
        ("d", "t1", 2),
        ("e", "t4", -hour),
    ):
        await timelines.record(recording(place, name, at, thread=thread))
    hid = recording(place, "x").hid
    assert [one.thread for one in await registers.conversations([hid], 10)] == ["t3", "t1", "t2", "t4"]
    assert [one.thread for one in await registers.conversations([hid], 1)] == ["t3"]
    await timelines.record(recording(place, "f", 20 * hour, thread="t4"))
    assert [one.thread for one in await registers.conversations([hid], 1)] == ["t4"]
    assert await registers.conversation("cnv_00unknown") is None
