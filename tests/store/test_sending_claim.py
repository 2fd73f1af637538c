"""sending_claim: one sender at a time, and nobody once it is settled."""

from __future__ import annotations

import asyncio

from filing import BEN, outgoing

from router.model import ids
from router.model.change import status_change
from router.store.marks import Marks
from router.store.recording import Recording
from router.store.sendings import Sendings
from router.store.timelines import Timelines
from router.store.workspace import Workspace

LEASE_MS = 60_000


def named(sent: Recording) -> str:
    """Give the id of the event."""
    return ids.event_id(sent.hid, sent.digest)


async def test_what_is_recorded_to_be_sent_is_claimed_once(
    timelines: Timelines, sendings: Sendings, place: Workspace
) -> None:
    """Of fifty who claim at once one may send; the others see that it is held."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    claims = await asyncio.gather(*(sendings.claim(named(sent), LEASE_MS) for _ in range(50)))
    assert sorted(claim.state for claim in claims) == ["claimed"] + ["held"] * 49
    assert {(claim.doc, claim.n) for claim in claims} == {(sent.send, 1)}


async def test_the_same_message_recorded_again_is_not_sent_again(
    timelines: Timelines, sendings: Sendings, place: Workspace
) -> None:
    """A replay finds it claimed, or settled, and leaves it so."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    await sendings.claim(named(sent), LEASE_MS)
    assert (await timelines.record(sent)).dup
    assert (await sendings.claim(named(sent), LEASE_MS)).state == "held"
    await sendings.settle(sent.hid, named(sent), status_change("sent"), ["SM1"], sent.source)
    assert (await timelines.record(sent)).dup
    assert (await sendings.claim(named(sent), LEASE_MS)).state == "gone"
    assert await sendings.doc(named(sent)) is None


async def test_a_claim_lapses_and_nobody_sends_it(
    timelines: Timelines, sendings: Sendings, marks: Marks, place: Workspace
) -> None:
    """After the lease it is neither claimed again nor forgotten: it is owed a word of what came of it."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    assert (await sendings.claim(named(sent), 0)).state == "claimed"
    claims = [await sendings.claim(named(sent), LEASE_MS) for _ in range(3)]
    assert [claim.state for claim in claims] == ["lapsed"] * 3
    assert named(sent) in [mark.name for mark in await marks.owed(10) if mark.what == "message"]


async def test_a_claimed_message_is_young_until_its_lease_ends(
    timelines: Timelines, sendings: Sendings, marks: Marks, place: Workspace
) -> None:
    """Whoever looks for what was left behind does not see it as old."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    await sendings.claim(named(sent), LEASE_MS)
    (mark,) = [mark for mark in await marks.owed(10) if mark.what == "message"]
    assert (mark.name, mark.age_ms) == (named(sent), 0)


async def test_what_was_said_first_goes_first(
    timelines: Timelines, sendings: Sendings, place: Workspace
) -> None:
    """Whoever asks for a later message gets the first one to claim, until that is settled."""
    first, second = outgoing(place, "first"), outgoing(place, "second", 1)
    await timelines.record(first)
    await timelines.record(second)
    claim = await sendings.claim(named(second), LEASE_MS)
    assert (claim.state, claim.id, claim.doc) == ("claimed", named(first), first.send)
    held = await sendings.claim(named(second), LEASE_MS)
    assert (held.state, held.id) == ("held", named(first))
    assert 0 < held.wait_ms <= LEASE_MS
    await sendings.give_back(named(first), 1, LEASE_MS)
    assert (await sendings.claim(named(second), LEASE_MS)).state == "held"
    await sendings.settle(first.hid, named(first), status_change("sent"), [], first.source)
    claim = await sendings.claim(named(second), LEASE_MS)
    assert (claim.state, claim.id, claim.n) == ("claimed", named(second), 1)


async def test_other_handles_do_not_wait(timelines: Timelines, sendings: Sendings, place: Workspace) -> None:
    """The line is of one handle."""
    ada, bob = outgoing(place, "out"), outgoing(place, "out too", home=BEN)
    await timelines.record(ada)
    await timelines.record(bob)
    assert {(await sendings.claim(named(one), LEASE_MS)).id for one in (ada, bob)} == {named(ada), named(bob)}
