"""event_apply: what later events say of an entry, merged whatever came first."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from filing import applying, recording
from msgspec.structs import replace

from router.errors import IdReused
from router.model.change import RANKS, Change
from router.store.marks import Marks
from router.store.reading import Reading
from router.store.registers import Registers
from router.store.timelines import Timelines
from router.store.workspace import Workspace


class Laid(msgspec.Struct):
    """What an overlay adds to an entry."""

    id: str
    status: str | None = None
    edited: str | None = None
    deleted: bool = False
    reactions: list[str] = []


async def shown(reading: Reading, hid: str) -> Laid:
    """Give the one entry of a timeline, by both ways of reading."""
    (_, (whole,)), (newest,) = await reading.whole([hid]), await reading.newest([hid], 5)
    assert whole == newest
    return msgspec.json.decode(whole.json, type=Laid)


def status(name: str) -> Change:
    """Make the change of a receipt."""
    return Change("status", rank=RANKS[name], status=name)


async def test_a_receipt_shows_on_its_message(
    timelines: Timelines, reading: Reading, registers: Registers, marks: Marks, place: Workspace
) -> None:
    """It raises the handle's revision and owes rows, but is no entry of its own."""
    sent = recording(place, "out", direction="out")
    kept = await timelines.record(sent)
    assert kept.handle_rev
    assert await marks.clear_rows(sent.hid, kept.handle_rev)
    done = await timelines.apply(applying(place, "r1", "out", status("delivered"), 50))
    assert not done.dup
    assert done.handle_rev > kept.handle_rev
    assert await shown(reading, sent.hid) == Laid("out", status="delivered")
    (record,) = await registers.handles([sent.hid])
    assert record
    assert (record.events, record.rev) == (1, done.handle_rev)
    assert [mark.what for mark in await marks.owed(10)] == ["rows"]


async def test_a_receipt_may_come_before_its_message(
    timelines: Timelines, reading: Reading, place: Workspace
) -> None:
    """It waits, and the handle is met."""
    await timelines.apply(applying(place, "r1", "out", status("sent")))
    sent = recording(place, "out", direction="out")
    assert (await reading.whole([sent.hid]))[1] == []
    await timelines.record(sent)
    assert (await shown(reading, sent.hid)).status == "sent"


async def test_a_replay_is_a_duplicate(timelines: Timelines, place: Workspace) -> None:
    """Twice the same: the revision stands."""
    await timelines.record(recording(place, "out"))
    first = await timelines.apply(applying(place, "r1", "out", status("sent")))
    again = await timelines.apply(applying(place, "r1", "out", status("sent")))
    assert (again.dup, again.handle_rev) == (True, first.handle_rev)


async def test_the_same_id_with_another_body_is_refused(timelines: Timelines, place: Workspace) -> None:
    """Strict: id-reused. Not strict: a duplicate."""
    one = applying(place, "r1", "out", status("sent"))
    await timelines.apply(one)
    other = replace(one, body=b"\0\0\0\0")
    with pytest.raises(IdReused):
        await timelines.apply(other)
    assert (await timelines.apply(replace(other, strict=False))).dup


async def test_sixty_receipts_at_once(timelines: Timelines, reading: Reading, place: Workspace) -> None:
    """Every one counts once; the highest rank is shown."""
    sent = recording(place, "out")
    await timelines.record(sent)
    names = [name for name in RANKS if name != "failed"] * 10
    done = await asyncio.gather(
        *(timelines.apply(applying(place, f"r{i}", "out", status(name))) for i, name in enumerate(names))
    )
    assert len({one.handle_rev for one in done}) == len(names)
    assert (await shown(reading, sent.hid)).status == "played"


@pytest.mark.parametrize("backwards", [False, True])
async def test_the_last_word_wins_by_when_it_was_said(
    timelines: Timelines, reading: Reading, place: Workspace, *, backwards: bool
) -> None:
    """Edits and reactions by their own times, deletion for good, failure above all."""
    sent = recording(place, "out")
    await timelines.record(sent)
    said = [
        applying(place, "e1", "out", Change("edit", text="first"), 10),
        applying(place, "e2", "out", Change("edit", text="last ✓"), 30),
        applying(place, "e3", "out", Change("edit", text="before"), 30, sequence=0, event="evt_0"),
        applying(place, "a1", "out", Change("reaction", who="tel:1", emoji="👍"), 10),
        applying(place, "a2", "out", Change("reaction_removed", who="tel:1", emoji="👍"), 20),
        applying(place, "a3", "out", Change("reaction", who="tel:1", emoji="🎉"), 30, sequence=2),
        applying(place, "a4", "out", Change("reaction_removed", who="tel:1"), 30, sequence=1),
        applying(place, "b1", "out", Change("reaction", who="agent", emoji="❤️"), 5),
        applying(place, "c1", "out", Change("reaction", who="tel:2", emoji="?"), 5),
        applying(place, "c2", "out", Change("reaction_removed", who="tel:2"), 6),
        applying(place, "d1", "out", Change("delete"), 1),
        applying(place, "s1", "out", status("failed"), 1),
        applying(place, "s2", "out", status("read"), 99),
    ]
    for one in reversed(said) if backwards else said:
        await timelines.apply(one)
    expected = Laid("out", "failed", "last ✓", deleted=True, reactions=["❤️", "🎉"])
    assert await shown(reading, sent.hid) == expected
