"""mark_clear, rows_mark_clear, link_mark_clear: a mark goes only if nothing came since."""

from __future__ import annotations

import asyncio

from filing import ADA, BEN, arrival, recording

from router.model import ids
from router.store.marks import Marks
from router.store.recording import Carried, Pair
from router.store.timelines import Timelines
from router.store.workspace import Workspace


async def names(marks: Marks) -> set[str]:
    """Give what kinds of debt there are."""
    return {mark.what for mark in await marks.owed(100)}


async def test_a_carried_conversation_owes_nothing(
    timelines: Timelines, marks: Marks, place: Workspace
) -> None:
    """Clearing drops the mark, once; again there is nothing to drop."""
    one = arrival(place, "one")
    done = await timelines.record(one)
    carried = Carried(hid=one.hid, conversation=one.conversation, rev=done.rev)
    assert await timelines.clear(carried)
    assert await names(marks) == {"rows"}
    assert not await timelines.clear(carried)


async def test_what_changed_since_is_still_owed(timelines: Timelines, marks: Marks, place: Workspace) -> None:
    """An older revision clears nothing, but writes the item down."""
    one = arrival(place, "one")
    first = await timelines.record(one)
    await timelines.record(arrival(place, "two", 10))
    carried = Carried(
        hid=one.hid,
        conversation=one.conversation,
        rev=first.rev,
        digests=[one.digest],
        item="itm_1",
        view=one.hid,
    )
    assert not await timelines.clear(carried)
    assert "conversation" in await names(marks)
    again = await timelines.record(one)
    assert (again.item, again.view, again.marked) == ("itm_1", None, True)


async def test_an_item_is_written_down_once(timelines: Timelines, place: Workspace) -> None:
    """A replay may fill in an item that was missing, never change one."""
    one = arrival(place, "one")
    done = await timelines.record(one)
    for item in (None, "itm_1", "itm_2"):
        carried = Carried(
            hid=one.hid,
            conversation=one.conversation,
            rev=done.rev,
            digests=[one.digest],
            item=item,
            view="cus_v",
        )
        await timelines.clear(carried)
    again = await timelines.record(one)
    assert (again.item, again.view) == ("itm_1", "cus_v")


async def test_a_digest_nobody_recorded_is_not_made(timelines: Timelines, place: Workspace) -> None:
    """Clearing with an unknown digest leaves it new."""
    one, unknown = arrival(place, "one"), arrival(place, "unknown")
    done = await timelines.record(one)
    await timelines.clear(
        Carried(
            hid=one.hid, conversation=one.conversation, rev=done.rev, digests=[unknown.digest], item="itm_1"
        )
    )
    assert not (await timelines.record(unknown)).dup


async def test_an_imported_event_gets_its_item_in_its_batch(timelines: Timelines, place: Workspace) -> None:
    """The batch names the generation."""
    one = arrival(place, "one", batch="old")
    done = await timelines.record(one)
    carried = Carried(
        hid=one.hid,
        conversation=one.conversation,
        rev=done.rev,
        digests=[one.digest],
        item="itm_1",
        batch="old",
    )
    assert await timelines.clear(carried)
    assert (await timelines.record(one)).item == "itm_1"


async def test_clearing_races_recording(timelines: Timelines, marks: Marks, place: Workspace) -> None:
    """However they interleave, the last arrival is owed or was carried."""
    one = arrival(place, "one")
    done = await timelines.record(one)
    carried = Carried(hid=one.hid, conversation=one.conversation, rev=done.rev)
    calls = [
        timelines.clear(carried) if i == 5 else timelines.record(arrival(place, f"e{i}", i))
        for i in range(10)
    ]
    await asyncio.gather(*calls)
    assert "conversation" in await names(marks)


async def test_rows_are_owed_until_the_last_event_is_folded(
    timelines: Timelines, marks: Marks, place: Workspace
) -> None:
    """A fold of the handle as it was before the last event leaves the mark; twice clears once."""
    one = recording(place, "one")
    first = await timelines.record(one)
    last = await timelines.record(recording(place, "two"))
    assert first.handle_rev
    assert last.handle_rev
    assert not await marks.clear_rows(one.hid, first.handle_rev)
    assert await marks.clear_rows(one.hid, last.handle_rev)
    assert not await marks.clear_rows(one.hid, last.handle_rev)
    assert await marks.owed(10) == []


async def test_a_link_is_owed_until_its_strongest_evidence_was_judged(
    timelines: Timelines, marks: Marks, place: Workspace
) -> None:
    """Weaker evidence clears nothing; twice clears once."""
    hid, other = (ids.handle_id(place.hash_key, handle) for handle in (ADA, BEN))
    weak, strong = Pair(other, 0, '{"rank":0}'), Pair(other, 2, '{"rank":2}')
    await timelines.record(recording(place, "one", pairs=[weak]))
    await timelines.record(recording(place, "two", pairs=[strong]))
    await timelines.record(recording(place, "three", pairs=[weak]))
    assert not await marks.clear_link(hid, other, weak.doc)
    assert await marks.pair(hid, other) == strong.doc
    assert await marks.clear_link(hid, other, strong.doc)
    assert not await marks.clear_link(hid, other, strong.doc)
    assert await marks.pair(other, hid) is None


async def test_debts_are_found_in_every_partition(
    timelines: Timelines, marks: Marks, place: Workspace
) -> None:
    """Each partition's oldest debts, with their age."""
    made = [recording(place, f"e{i}", home=type(ADA)("acct", f"u{i}")) for i in range(100)]
    await asyncio.gather(*(timelines.record(one) for one in made))
    found = await marks.owed(100)
    assert {mark.name for mark in found} == {one.hid for one in made}
    assert all(0 <= mark.age_ms < 60_000 for mark in found)
    assert len({ids.partition(mark.name) for mark in await marks.owed(1)}) == len(await marks.owed(1))
