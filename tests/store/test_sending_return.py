"""sending_return: what was surely not sent may be claimed again, by and by."""

from __future__ import annotations

from filing import outgoing

from router.model import ids
from router.store.sendings import Sendings
from router.store.timelines import Timelines
from router.store.workspace import Workspace

LEASE_MS = 60_000


async def test_it_is_claimed_again_when_its_time_has_come(
    timelines: Timelines, sendings: Sendings, place: Workspace
) -> None:
    """With a delay it is held, without one it is claimed, as the next attempt."""
    sent = outgoing(place, "out")
    event = ids.event_id(sent.hid, sent.digest)
    await timelines.record(sent)
    await sendings.claim(event, LEASE_MS)
    assert await sendings.give_back(event, 1, 0)
    assert (await sendings.claim(event, LEASE_MS)).n == 2
    assert await sendings.give_back(event, 2, LEASE_MS)
    assert (await sendings.claim(event, LEASE_MS)).state == "held"


async def test_only_who_claimed_it_gives_it_back(
    timelines: Timelines, sendings: Sendings, place: Workspace
) -> None:
    """An attempt of before, one that waits, and one there never was are nobody's to return."""
    sent = outgoing(place, "out")
    event = ids.event_id(sent.hid, sent.digest)
    assert not await sendings.give_back(event, 1, 0)
    await timelines.record(sent)
    assert not await sendings.give_back(event, 0, 0)
    await sendings.claim(event, LEASE_MS)
    await sendings.give_back(event, 1, 0)
    await sendings.claim(event, LEASE_MS)
    assert not await sendings.give_back(event, 1, 0)
    assert (await sendings.claim(event, LEASE_MS)).state == "held"
