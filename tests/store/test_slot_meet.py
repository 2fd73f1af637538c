"""slot_meet: a new process raises the epoch and brings back what routing may have lost."""

from __future__ import annotations

import asyncio

import pytest
from filing import arrival, recording
from msgspec import Struct

from router.errors import SchemaUnknown
from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.marks import Marks
from router.store.recording import Carried
from router.store.timelines import Timelines
from router.store.workspace import Workspace


class Meet(Struct):
    """The request."""

    run_id: str
    schema: str = "1"


class Met(Struct):
    """The reply."""

    epoch: int
    marked: int


async def meet(library: Library, p: str, run_id: str, schema: str = "1") -> Met:
    """Meet a slot."""
    return await library.call("slot_meet", keys.slot(p), Meet(run_id, schema), reply=Met)


async def test_each_new_process_is_an_epoch(library: Library, place: Workspace) -> None:
    """The first meeting is epoch 1; the same process again changes nothing; another raises it."""
    p = place.partitions[7]
    assert await meet(library, p, "a") == Met(1, 0)
    assert await meet(library, p, "a") == Met(1, 0)
    assert await meet(library, p, "b") == Met(2, 0)
    assert await meet(library, p, "a") == Met(3, 0)


async def test_open_conversations_are_carried_again(
    library: Library, timelines: Timelines, marks: Marks, place: Workspace
) -> None:
    """What was carried in the life before is owed again; what is done is not."""
    one, done = arrival(place, "one"), arrival(place, "done", thread="t2")
    p = place.prefix(one.hid)
    await meet(library, p, "a")
    for event in (one, done):
        kept = await timelines.record(event)
        assert await timelines.clear(Carried(hid=event.hid, conversation=event.conversation, rev=kept.rev))
    close = recording(place, "end", thread="t2", direction="internal", close_want=kept.want_rev)
    await timelines.record(close)
    assert await meet(library, p, "b") == Met(2, 1)
    owed = [mark.name for mark in await marks.owed(10) if mark.what == "conversation"]
    assert owed == [one.conversation]


async def test_revisions_go_on_beyond_the_epoch(
    library: Library, timelines: Timelines, place: Workspace
) -> None:
    """A revision of a later life is greater than any of an earlier one, even if the last ones were lost."""
    one = arrival(place, "one")
    p = place.prefix(one.hid)
    await meet(library, p, "a")
    first = (await timelines.record(one)).rev
    await meet(library, p, "b")
    assert first > 1_000_000_000
    assert (await timelines.record(arrival(place, "two"))).rev > 2_000_000_000


async def test_unknown_data_are_refused(link: Link, library: Library, place: Workspace) -> None:
    """Data of another release are not touched."""
    p = place.partitions[0]
    await link.call("HSET", keys.slot(p), "schema", "99", key=p)
    with pytest.raises(SchemaUnknown):
        await meet(library, p, "a")
    assert await link.call("HGETALL", keys.slot(p), key=p) == [b"schema", b"99"]


async def test_many_meet_at_once(library: Library, place: Workspace) -> None:
    """Ten processes of ours meet the same server: one epoch."""
    p = place.partitions[63]
    met = await asyncio.gather(*(meet(library, p, "a") for _ in range(10)))
    assert met == [Met(1, 0)] * 10
