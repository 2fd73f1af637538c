"""entry_seek and the reads that use it: pages without gaps and without repeats."""

from __future__ import annotations

import asyncio

import pytest
from filing import ADA, BEN, T0, recording
from msgspec import Struct

from router.model import ids
from router.store import keys
from router.store.library import Library
from router.store.reading import Reading
from router.store.timelines import Timelines
from router.store.workspace import Workspace


class Seek(Struct):
    """The request."""

    hid: str


async def test_a_place_is_found_by_any_prefix(
    library: Library, timelines: Timelines, place: Workspace
) -> None:
    """How many entries are not after it: before all, at one, between two, after all, in an empty list."""
    made = [recording(place, f"e{i}", i * 10) for i in range(100)]
    anchor = keys.slot(place.prefix(made[0].hid))

    async def seek(at: int) -> int:
        prefix = recording(place, "probe", at, digest=b"\xff" * 12).packed()[:32]
        return int(await library.call("entry_seek", anchor, Seek(made[0].hid), prefix))

    assert await seek(5) == 0
    for one in made:
        await timelines.record(one)
    assert [await seek(at) for at in (-1, 0, 5, 10, 555, 990, 10_000)] == [0, 1, 1, 2, 56, 100, 100]


async def test_pages_give_everything_once(timelines: Timelines, reading: Reading, place: Workspace) -> None:
    """Two handles together, newest first, page by page: all entries in order, none twice."""
    made = [recording(place, f"e{i}", i * 10, home=(ADA, BEN)[i % 3 == 0]) for i in range(100)]
    await asyncio.gather(*(timelines.record(one) for one in made))
    hids = [ids.handle_id(place.hash_key, handle) for handle in (ADA, BEN)]
    page = await reading.newest(hids, 7)
    seen = list(page)
    while page := await reading.page(hids, page[-1].prefix, 7):
        seen += page
    assert [one.json for one in seen] == [one.entry for one in reversed(made)]
    assert [one.occurred for one in seen] == [one.occurred for one in reversed(made)]


async def test_what_comes_late_does_not_shift_a_page(
    timelines: Timelines, reading: Reading, place: Workspace
) -> None:
    """Entries that are placed before the cursor appear; those after it do not."""
    made = [recording(place, f"e{i}", i * 10) for i in range(10)]
    for one in made:
        await timelines.record(one)
    first = await reading.newest([made[0].hid], 5)
    await timelines.record(recording(place, "before", 35))
    await timelines.record(recording(place, "after", 85))
    page = await reading.page([made[0].hid], first[-1].prefix, 3)
    assert [one.occurred - T0 for one in page] == [40, 35, 30]


async def test_an_event_that_rests_twice_is_shown_once(
    timelines: Timelines, reading: Reading, place: Workspace
) -> None:
    """Its first delivery had no customer, its second had one."""
    thread = type(ADA)("thread", "test:1/t")
    one, two = recording(place, "one", home=thread), recording(place, "one", received=T0 + 50)
    await timelines.record(one)
    await timelines.record(two)
    hids = [one.hid, two.hid]
    assert [kept.json for kept in await reading.newest(hids, 10)] == [one.entry]
    assert [kept.json for kept in (await reading.whole(hids))[1]] == [one.entry]


async def test_a_cursor_that_is_none_is_refused(reading: Reading, place: Workspace) -> None:
    """A prefix has 32 bytes; an unknown handle has no entries."""
    hid = recording(place, "x").hid
    with pytest.raises(ValueError, match="32 bytes"):
        await reading.page([hid], b"short", 5)
    assert await reading.page([hid], b"\xff" * 32, 5) == []
    assert await reading.newest([hid], 5) == []


async def test_versions_tell_whether_to_read_again(
    timelines: Timelines, reading: Reading, place: Workspace
) -> None:
    """A handle's revision rises with each of its events; one we never met is at 0."""
    one = recording(place, "one")
    other = ids.handle_id(place.hash_key, BEN)
    assert (await reading.whole([one.hid, other]))[0] == {one.hid: (0, 0), other: (0, 0)}
    done = await timelines.record(one)
    assert (await reading.whole([one.hid]))[0] == {one.hid: (0, done.handle_rev)}
