"""Meeting: every slot of a workspace knows the process it lives in."""

from __future__ import annotations

import os
import signal

import pytest
import servers
from filing import arrival

from router.errors import SchemaUnknown, StoreAway
from router.store import keys
from router.store.library import Library, Source
from router.store.link import Link, open_link
from router.store.meeting import Meeting
from router.store.recording import Carried
from router.store.timelines import Timelines
from router.store.workspace import Workspace


async def epochs(link: Link, place: Workspace) -> set[int]:
    """Give the epochs of all slots of a workspace."""
    slots = (*place.partitions, place.rows, place.routing)
    return {int(await link.call("HGET", keys.slot(p), "epoch", key=p) or 0) for p in slots}


async def test_every_slot_is_met_once(link: Link, library: Library, place: Workspace) -> None:
    """Twice the same process is one epoch; a process that is not here meets nothing."""
    meeting = Meeting(link, library, place)
    await meeting.meet("somebody else")
    assert await epochs(link, place) == {0}
    for _ in range(2):
        await meeting.meet()
    assert await epochs(link, place) == {1}


async def test_data_of_another_release_stop_the_meeting(
    link: Link, library: Library, place: Workspace
) -> None:
    """One slot with an unknown schema is enough."""
    await link.call("HSET", keys.slot(place.rows), "schema", "0", key=place.rows)
    with pytest.raises(SchemaUnknown):
        await Meeting(link, library, place).meet()


async def test_a_restart_is_a_new_epoch(own_server: servers.Server, source: Source, place: Workspace) -> None:
    """The link meets the new process before anything else; what was open is owed again."""
    met: list[str] = []

    async def meet(run_id: str) -> None:
        met.append(run_id)
        await Meeting(link, Library(link, source), place).meet(run_id)

    link = await open_link(own_server.url, on_connect=meet)
    library = Library(link, source)
    timelines = Timelines(link, library, place)
    one = arrival(place, "one")
    first = await timelines.record(one)
    assert await timelines.clear(Carried(hid=one.hid, conversation=one.conversation, rev=first.rev))
    os.kill(own_server.pid, signal.SIGKILL)
    await own_server.engine.ended()
    with pytest.raises(StoreAway):
        await Meeting(link, library, place).meet()
    await own_server.engine.start()
    again = await timelines.record(one)
    assert (again.dup, again.marked, again.rev) == (True, True, first.rev)
    assert len(set(met)) == 2
    assert await epochs(link, place) == {2}
    await link.close()
