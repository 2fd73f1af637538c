"""sending_settle: what came of a message shows on its entry, and the provider's ids lead to it."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from filing import applying, outgoing, recording

from router.model import ids
from router.model.change import Change, status_change
from router.store.marks import Marks
from router.store.reading import Reading
from router.store.recording import Recording
from router.store.registers import Registers
from router.store.sendings import Sendings
from router.store.timelines import Timelines
from router.store.workspace import Workspace


class Laid(msgspec.Struct):
    """What an overlay adds to an entry."""

    id: str
    status: str | None = None
    reason: str | None = None
    edited: str | None = None
    deleted: bool = False
    reactions: list[str] = []


async def shown(reading: Reading, hid: str) -> list[Laid]:
    """Give a timeline, by both ways of reading."""
    (_, whole), newest = await reading.whole([hid]), await reading.newest([hid], 9)
    assert whole == newest[::-1]
    return [msgspec.json.decode(one.json, type=Laid) for one in whole]


def named(sent: Recording) -> str:
    """Give the id of the event."""
    return ids.event_id(sent.hid, sent.digest)


async def settle(
    sendings: Sendings, sent: Recording, status: str, *natives: str, why: str | None = None
) -> int:
    """Settle a message."""
    return await sendings.settle(sent.hid, named(sent), status_change(status, why), natives, sent.source)


async def test_what_came_of_it_shows_and_nothing_is_owed(  # noqa: PLR0913, PLR0917 - all it touches
    timelines: Timelines,
    sendings: Sendings,
    reading: Reading,
    marks: Marks,
    registers: Registers,
    place: Workspace,
) -> None:
    """The status and the reason; the handle has a new revision, which the rows must follow."""
    sent = outgoing(place, "out")
    before = await timelines.record(sent)
    await sendings.claim(named(sent), 60_000)
    rev = await settle(sendings, sent, "failed", why="no such number")
    assert rev > (before.handle_rev or 0)
    assert await shown(reading, sent.hid) == [Laid("out", status="failed", reason="no such number")]
    assert await reading.standing(sent.hid, sent.digest) == ("failed", "no such number")
    assert "message" not in [mark.what for mark in await marks.owed(10)]
    (record,) = await registers.handles([sent.hid])
    assert record
    assert record.rev == rev


HAPPENINGS = ("settle", "delivered", "failed", "echo")


@pytest.mark.parametrize("order", list(itertools.permutations(HAPPENINGS)), ids="-".join)
async def test_receipts_and_the_echo_may_come_before_the_answer(
    timelines: Timelines, sendings: Sendings, reading: Reading, place: Workspace, order: tuple[str, ...]
) -> None:
    """Whatever comes first, there is one entry, and the receipts that name the provider's id are its own."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    for what in order:
        if what == "settle":
            await settle(sendings, sent, "sent", "SM1")
        elif what == "echo":
            await timelines.record(recording(place, "SM1", 5, direction="out"))
        else:
            why = "blocked" if what == "failed" else None
            await timelines.apply(applying(place, what, "SM1", status_change(what, why), 9))
    assert await shown(reading, sent.hid) == [Laid("out", status="failed", reason="blocked")]
    (_, (entry,)) = await reading.whole([sent.hid])
    assert msgspec.json.decode(entry.json)["event"] == named(sent)


async def test_everything_said_of_an_early_echo_is_kept(
    timelines: Timelines, sendings: Sendings, reading: Reading, place: Workspace
) -> None:
    """Edits, reactions, and a deletion under the provider's id move to the message."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    for name, change in {
        "e": Change("edit", text="better"),
        "r": Change("reaction", who="tel:1", emoji="+1"),
        "d": Change("delete"),
    }.items():
        await timelines.apply(applying(place, name, "SM1", change))
    await settle(sendings, sent, "sent", "SM1", "SM2")
    await timelines.apply(applying(place, "s", "SM2", status_change("read")))
    assert await shown(reading, sent.hid) == [
        Laid("out", status="read", edited="better", deleted=True, reactions=["+1"])
    ]


async def test_settled_twice_the_better_word_counts(
    timelines: Timelines, sendings: Sendings, reading: Reading, place: Workspace
) -> None:
    """Who was thought gone comes back with the answer; unknown gives way, and receipts still find it."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    await settle(sendings, sent, "unknown", why="nobody knows")
    assert await shown(reading, sent.hid) == [Laid("out", status="unknown", reason="nobody knows")]
    for _ in range(2):
        await settle(sendings, sent, "sent", "SM1")
    assert await shown(reading, sent.hid) == [Laid("out", status="sent")]
    await timelines.apply(applying(place, "s", "SM1", status_change("delivered")))
    assert (await shown(reading, sent.hid))[0].status == "delivered"


async def test_a_provider_may_call_it_as_we_do(
    timelines: Timelines, sendings: Sendings, reading: Reading, place: Workspace
) -> None:
    """Then there is nothing to note, and the message stays where it is."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    await settle(sendings, sent, "sent", "out")
    await timelines.apply(applying(place, "s", "out", status_change("read")))
    assert await shown(reading, sent.hid) == [Laid("out", status="read")]


async def test_a_bounce_is_an_event_and_fails_its_message(
    timelines: Timelines, sendings: Sendings, reading: Reading, place: Workspace
) -> None:
    """It rests on the timeline for itself, and its reason on the message."""
    sent = outgoing(place, "out")
    await timelines.record(sent)
    await settle(sendings, sent, "sent", "mail-1")
    target = ids.event_digest(place.hash_key, sent.source, "mail-1")
    bounce = recording(
        place,
        "bounce",
        5,
        direction="internal",
        change=status_change("failed", "mailbox full"),
        target=target,
    )
    for _ in range(2):
        await timelines.record(bounce)
    assert await shown(reading, sent.hid) == [
        Laid("out", status="failed", reason="mailbox full"),
        Laid("bounce"),
    ]
