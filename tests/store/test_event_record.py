"""event_record: once, in order, with the registers, revisions and marks that follow."""

from __future__ import annotations

import asyncio

import pytest
from filing import ADA, T0, arrival, recording, resting
from msgspec.structs import replace

from router.errors import IdReused
from router.model import ids
from router.model.handle import Handle
from router.store import keys
from router.store.link import Link
from router.store.marks import Mark, Marks
from router.store.reading import Reading
from router.store.recording import Carried, Pair, Recording
from router.store.registers import Registers
from router.store.timelines import Timelines
from router.store.workspace import Workspace

DAYS_8 = 8 * 86_400_000


async def owed(marks: Marks) -> set[tuple[str, str]]:
    """Give what is owed, without ages."""
    return {(mark.what, mark.name) for mark in await marks.owed(100)}


def nearly_equal_digests() -> list[bytes]:
    """Give digests that differ in one byte, each at another place, by more and by less."""
    middle = bytes([127] * 12)
    return [middle[:i] + bytes([value]) + middle[i + 1 :] for i in (0, 3, 4, 7, 8, 11) for value in (200, 65)]


async def test_a_first_event_is_kept_and_marked(
    link: Link, timelines: Timelines, registers: Registers, marks: Marks, place: Workspace
) -> None:
    """The first event of a handle: on its timeline, its conversation live, both marks left."""
    one = arrival(place, "one", name="Ada", name_trust=1)
    done = await timelines.record(one)
    assert (done.dup, done.marked, done.live, done.in_n) == (False, True, True, 1)
    assert done.rev == done.want_rev == done.handle_rev > 0
    assert done.facts is None  # the newest arrival is this very event
    assert await resting(link, place, one.hid) == [one.packed()]
    (record,) = await registers.handles([one.hid])
    assert record
    assert (record.type, record.value, record.name, record.events) == ("tel", ADA.value, "Ada", 1)
    assert (record.last_seen, record.rev) == (T0, done.handle_rev)
    (talk,) = await registers.conversations([one.hid], 10)
    assert talk == await registers.conversation(one.conversation)
    assert (talk.hid, talk.opened, talk.last_in, talk.want_at, talk.want_recv) == (one.hid, T0, T0, T0, T0)
    assert (talk.to, talk.source, talk.channel, talk.facts) == (one.to, "test:1", "sms", '{"of":"one"}')
    assert (talk.rev, talk.want_rev, talk.live) == (done.rev, done.want_rev, True)
    assert await owed(marks) == {("conversation", one.conversation), ("rows", one.hid)}


async def test_a_replay_changes_nothing(
    link: Link, timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """The second delivery is a duplicate that carries the state, and the mark that still stands."""
    one = arrival(place, "one")
    first = await timelines.record(one)
    before = await registers.conversation(one.conversation), await registers.handles([one.hid])
    again = await timelines.record(replace(one, received=one.received + 5000))
    assert (again.dup, again.marked, again.handle_rev) == (True, True, None)
    assert (again.rev, again.want_rev, again.live) == (first.rev, first.want_rev, True)
    assert again.facts == '{"of":"one"}'
    assert await resting(link, place, one.hid) == [one.packed()]
    assert before == (await registers.conversation(one.conversation), await registers.handles([one.hid]))


async def test_a_replay_knows_its_item(timelines: Timelines, place: Workspace) -> None:
    """After the carrying the replay names item and view, and owes nothing."""
    one = arrival(place, "one")
    first = await timelines.record(one)
    carried = Carried(
        hid=one.hid,
        conversation=one.conversation,
        rev=first.rev,
        digests=[one.digest],
        item="itm_7",
        view="cus_v",
    )
    assert await timelines.clear(carried)
    again = await timelines.record(one)
    assert (again.dup, again.marked, again.item, again.view) == (True, False, "itm_7", "cus_v")


async def test_the_same_id_with_another_body_is_refused(
    link: Link, timelines: Timelines, place: Workspace
) -> None:
    """Strict: id-reused, the first is kept. Not strict (hooks): a duplicate, the first is kept."""
    one = arrival(place, "one")
    await timelines.record(one)
    other = replace(one, body=b"\0\xff\x80|", entry=b'{"id":"other"}')
    with pytest.raises(IdReused):
        await timelines.record(other)
    assert (await timelines.record(replace(other, strict=False))).dup
    assert await resting(link, place, one.hid) == [one.packed()]


async def test_the_body_hash_may_be_any_bytes(timelines: Timelines, place: Workspace) -> None:
    """Four bytes that look like our own marks change nothing."""
    one = replace(arrival(place, "one"), body=b"||||")
    first = await timelines.record(one)
    assert (await timelines.record(one)).item is None
    carried = Carried(
        hid=one.hid, conversation=one.conversation, rev=first.rev, digests=[one.digest], item="itm_7"
    )
    await timelines.clear(carried)
    again = await timelines.record(one)
    assert (again.item, again.view) == ("itm_7", None)


async def test_fifty_deliveries_at_once_are_one(link: Link, timelines: Timelines, place: Workspace) -> None:
    """One is new, all others are duplicates with the same state."""
    one = arrival(place, "one")
    done = await asyncio.gather(*(timelines.record(one) for _ in range(50)))
    assert sum(not each.dup for each in done) == 1
    assert len({(each.rev, each.want_rev, each.in_n) for each in done}) == 1
    assert await resting(link, place, one.hid) == [one.packed()]


@pytest.mark.parametrize("late", [1, 8, 9, 200])
async def test_a_late_event_is_put_in_its_place(
    link: Link, timelines: Timelines, place: Workspace, late: int
) -> None:
    """Late by a few (popped and put back) or by many (inserted): the order is that of the happenings."""
    punctual = [recording(place, f"e{i}", i * 10) for i in range(201)]
    for one in punctual:
        await timelines.record(one)
    behind = recording(place, "late", (201 - late) * 10 - 5, received=T0 + 9_999_999)
    await timelines.record(behind)
    expected = [one.packed() for one in punctual]
    expected.insert(201 - late, behind.packed())
    assert await resting(link, place, behind.hid) == expected


async def test_equal_times_are_ordered_by_sequence_receipt_and_digest(
    link: Link, timelines: Timelines, place: Workspace
) -> None:
    """The total order: (occurred, sequence, received, digest), whatever came first."""
    made = [
        recording(place, f"{sequence}-{received}-{i}", sequence=sequence, received=T0 + received)
        for sequence in (4_294_967_295, 0, 7)
        for received in (128, 0, 65_536)
        for i in range(3)
    ]
    made += [recording(place, digest.hex(), digest=digest) for digest in nearly_equal_digests()]
    for one in made:
        await timelines.record(one)
    assert await resting(link, place, made[0].hid) == sorted(one.packed() for one in made)


async def test_only_what_routing_must_hear_raises_the_revision(
    timelines: Timelines, marks: Marks, place: Workspace
) -> None:
    """A note leaves a mark for the rows alone; our reply on a wanted conversation one for routing too."""
    one = arrival(place, "one")
    first = await timelines.record(one)
    await timelines.clear(Carried(hid=one.hid, conversation=one.conversation, rev=first.rev))
    assert first.handle_rev
    await marks.clear_rows(one.hid, first.handle_rev)
    note = await timelines.record(recording(place, "note", 10, direction="internal"))
    assert (note.marked, note.rev, note.in_n) == (False, first.rev, 1)
    assert await owed(marks) == {("rows", one.hid)}
    reply = await timelines.record(recording(place, "reply", 20, direction="out", routed=True))
    assert (reply.marked, reply.last_out) == (True, T0 + 20)
    assert reply.rev > first.rev
    assert reply.want_rev == first.want_rev
    assert reply.facts == '{"of":"one"}'


async def test_a_pair_is_marked_once_per_strength(
    timelines: Timelines, marks: Marks, place: Workspace
) -> None:
    """A thousand events with the same login owe one link; stronger evidence owes it anew."""
    other = ids.handle_id(place.hash_key, Handle("acct", "ada"))

    def named(name: str, rank: int) -> Recording:
        return recording(place, name, pairs=[Pair(other, rank, f'{{"rank":{rank},"why":"{name}"}}')])

    hid = named("x", 0).hid
    await timelines.record(named("one", 1))
    links = [mark for mark in await marks.owed(10) if mark.what == "link"]
    assert links == [Mark("link", hid, links[0].age_ms, other)]
    doc = await marks.pair(hid, other)
    assert doc == '{"rank":1,"why":"one"}'
    assert await marks.clear_link(hid, other, doc)
    await timelines.record(named("two", 1))
    assert ("link", hid) not in await owed(marks)
    await timelines.record(named("three", 2))
    assert ("link", hid) in await owed(marks)
    assert not await marks.clear_link(hid, other, doc)


async def test_an_import_knows_only_its_own_batch(
    timelines: Timelines, reading: Reading, place: Workspace
) -> None:
    """Old history may be far beyond the 8 days: its batch finds its own duplicates, however late."""
    one = recording(place, "one", -400 * 86_400_000, batch="2024")
    assert not (await timelines.record(one)).dup
    assert (await timelines.record(one)).dup
    twin = await timelines.record(replace(one, batch="again", received=T0 + 1))
    assert not twin.dup
    assert len((await reading.whole([one.hid]))[1]) == 1  # twins are shown once


async def test_digests_are_known_for_two_generations(
    link: Link, timelines: Timelines, place: Workspace
) -> None:
    """A digest is found in the generation before, and each generation ends when its time is up."""
    one = arrival(place, "one")
    await timelines.record(one)
    p = place.prefix(one.hid)
    seconds, _ = await link.call("TIME", key=p)
    gen = int(seconds) * 1000 // DAYS_8
    now, before = keys.digests(p, one.hid, gen), keys.digests(p, one.hid, gen - 1)
    assert await link.call("PEXPIRETIME", now, key=p) == (gen + 2) * DAYS_8
    await link.call("RENAME", now, before, key=p)
    assert (await timelines.record(one)).dup
    await link.call("RENAME", before, keys.digests(p, one.hid, gen - 2), key=p)
    assert not (await timelines.record(one)).dup
