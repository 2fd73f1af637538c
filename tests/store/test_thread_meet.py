"""thread_meet: the first customer of a thread is kept, and events that wait for one are owed a link."""

from __future__ import annotations

import asyncio

from filing import ADA, recording
from msgspec.structs import replace

from router.errors import RouterError
from router.model.handle import Handle
from router.store.library import Library
from router.store.link import Link
from router.store.marks import Marks
from router.store.recording import Pair
from router.store.threads import Meet, Threads
from router.store.timelines import Timelines
from router.store.workspace import Workspace

CALL = Handle("thread", "pbx/call-1")
BOB = Handle("tel", "+14155550100")


async def met(threads: Threads, hid: str, handle: Handle = ADA) -> bool | RouterError:
    """Meet a customer in the thread with this handle id."""
    return (await threads.meet([Meet(hid, handle.type, handle.value)]))[0]


async def test_the_first_customer_of_a_thread_is_kept(link: Link, library: Library, place: Workspace) -> None:
    """Another who speaks in it later is not meant by what names nobody. Nothing waits, nothing is owed."""
    threads, hid = Threads(link, library, place), recording(place, "x", home=CALL).hid
    assert await threads.customer(hid) is None
    assert await met(threads, hid) is False
    assert await met(threads, hid, BOB) is False
    assert await threads.customer(hid) == ADA


async def test_what_waited_is_owed_once(
    link: Link, library: Library, place: Workspace, timelines: Timelines, marks: Marks
) -> None:
    """An event of the thread came before: the first of twenty customers at once owes it a link."""
    threads, leg = Threads(link, library, place), recording(place, "leg", home=CALL)
    await timelines.record(replace(leg, pairs=(Pair(leg.hid, 2, "{}"),)))
    assert await marks.clear_link(leg.hid, leg.hid, "{}")
    outcomes = await asyncio.gather(*(met(threads, leg.hid) for _ in range(20)))
    assert sorted(map(bool, outcomes)) == [False] * 19 + [True]
    owed = [(mark.name, mark.other) for mark in await marks.owed(10) if mark.what == "link"]
    assert owed == [(leg.hid, leg.hid)]
