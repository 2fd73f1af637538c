"""Many calls in one go: each has its own outcome, in its own place."""

from __future__ import annotations

import os
import signal

import pytest
from filing import arrival
from msgspec.structs import replace
from routing_slot import Slot
from servers import Server

from router.errors import IdReused, Stale, StoreAway
from router.store import keys
from router.store.items import Held, Sync
from router.store.library import Library
from router.store.link import Link, open_link
from router.store.recording import Carried, Recorded
from router.store.replies import ReplyError
from router.store.timelines import Timelines
from router.store.views import Views
from router.store.workspace import Workspace


async def test_replies_stand_where_their_commands_stood(link: Link, workspace: str) -> None:
    """Commands of many slots, written and read, come back in order."""
    keys = [f"{{{workspace}/{number}}}k" for number in range(100)]
    assert await link.each([(key, ("SET", key, key)) for key in keys]) == [b"OK"] * 100
    read = await link.each([(key, ("GET", key)) for key in keys], read=True)
    assert read == [key.encode() for key in keys]
    assert await link.each([]) == []


async def test_an_error_harms_no_other(link: Link, workspace: str) -> None:
    """What one command is refused stands in its place; ``all`` raises it after all have run."""
    key, other = f"{{{workspace}}}k", f"{{{workspace}}}o"
    calls = [(key, ("SET", key, "text")), (key, ("INCR", key)), (other, ("INCR", other))]
    first, second, third = await link.each(calls)
    assert (first, third) == (b"OK", 1)
    assert isinstance(second, ReplyError)
    with pytest.raises(ReplyError):
        await link.all(calls)
    assert await link.call("GET", other, key=other) == b"2"


async def test_a_store_that_is_away_is_so_for_each(own_server: Server) -> None:
    """Without a connection every place says so, and nothing is raised."""
    link = await open_link(own_server.url)
    os.kill(own_server.pid, signal.SIGKILL)
    await own_server.engine.ended()
    found = await link.each([("{a}", ("GET", "{a}")), ("{b}", ("GET", "{b}"))])
    assert [type(one) for one in found] == [StoreAway, StoreAway]
    await link.close()


async def test_a_missing_library_is_loaded_for_all(own_server: Server, library: Library) -> None:
    """On a server without the library all calls of a go run once, after it was loaded."""
    link = await open_link(own_server.url)
    bare = Library(link, library._source)
    timelines = Timelines(link, bare, place := Workspace("each", b"k" * 32))
    entries = [arrival(place, f"e{number}", number) for number in range(20)]
    done = await timelines.keep(entries)
    assert [isinstance(one, Recorded) and not one.dup for one in done] == [True] * 20
    await link.close()


async def test_one_refused_event_spoils_no_batch(timelines: Timelines, place: Workspace) -> None:
    """An id that is used again is refused in its place; what stands around it is kept."""
    one = arrival(place, "one")
    other = replace(one, body=b"else", entry=b'{"id":"other"}')
    first, second, third = await timelines.keep([one, other, arrival(place, "two", 1)])
    assert isinstance(first, Recorded)
    assert isinstance(second, IdReused)
    assert isinstance(third, Recorded)
    assert third.in_n == 2


async def test_marks_are_cleared_together(timelines: Timelines, place: Workspace) -> None:
    """Each mark goes if its revision still stands."""
    entries = [arrival(place, "one"), arrival(place, "two", 1)]
    first, second = await timelines.keep(entries)
    assert isinstance(first, Recorded)
    assert isinstance(second, Recorded)
    carried = [
        Carried(hid=entry.hid, conversation=entry.conversation, rev=kept.rev)
        for entry, kept in zip(entries, (first, second), strict=True)
    ]
    assert await timelines.cleared(carried) == [False, True]


async def test_items_are_synced_together(slot: Slot) -> None:
    """Two conversations have their items in one go; what was thought under an old registry is stale alone."""
    lane = await slot.lane("support", "sms", ())
    await slot.agent("ada")
    stale = Sync(
        cnv="c0", hid="cus_c0", view="cus_c0", rev=1, want_rev=1, ended=False, seen=False, in_n=1,
        received_ms=9_999_999_999_999, queue="support", channel="sms", label="sms", lane=lane, skills="",
        priority=0, add_ms=600_000, offer_ms=20_000, wrap_ms=30_000, idle_ms=0, max_offers=3, issue=None,
        topic=None, reg=0,
    )  # fmt: skip
    now = (await slot.registry.refresh()).reg
    syncs = [stale, replace(stale, cnv="c1", reg=now), replace(stale, cnv="c2", reg=now)]
    first, second, third = await slot.items.sync_each(syncs)
    assert isinstance(first, Stale)
    assert isinstance(second, Held)
    assert isinstance(third, Held)
    assert (second.state, second.agent, third.state) == ("offered", "ada", "waiting")
    await slot.check()


async def test_views_are_named_together(link: Link, place: Workspace, views: Views) -> None:
    """A handle that is linked to no other is its own view."""
    key = keys.view_of(place.routing, "cus_00b")
    await link.call("SET", key, "cus_00a", key=key)
    assert await views.names(["cus_00b", "cus_00c"]) == ["cus_00a", "cus_00c"]
    assert await views.names([]) == []
