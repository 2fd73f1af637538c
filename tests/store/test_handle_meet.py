"""handle_meet: when a handle was first seen is written once, by an event or by a link."""

from __future__ import annotations

import asyncio

from filing import ADA, recording

from router.store.registers import Registers
from router.store.timelines import Timelines
from router.store.workspace import Workspace


async def test_a_handle_is_met_once(timelines: Timelines, registers: Registers, place: Workspace) -> None:
    """The first meeting counts, also when twenty come at once; there are no events and no last_seen."""
    hid = recording(place, "x").hid
    met = await asyncio.gather(*(timelines.meet(hid, ADA) for _ in range(20)))
    assert len(set(met)) == 1
    (record,) = await registers.handles([hid])
    assert record
    assert (record.type, record.value, record.first_seen) == ("tel", ADA.value, met[0])
    assert (record.last_seen, record.events, record.rev) == (None, 0, 0)


async def test_an_event_after_it_keeps_first_seen(
    timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """First by link, then by event: first_seen stands."""
    one = recording(place, "one")
    first = await timelines.meet(one.hid, ADA)
    await timelines.record(one)
    (record,) = await registers.handles([one.hid])
    assert record
    assert (record.first_seen, record.events) == (first, 1)


async def test_an_event_before_it_counts(
    timelines: Timelines, registers: Registers, place: Workspace
) -> None:
    """First by event: a link finds the time of its receipt by the store's clock."""
    one = recording(place, "one", -9_999_999)
    await timelines.record(one)
    (record,) = await registers.handles([one.hid])
    assert record
    assert await timelines.meet(one.hid, ADA) == record.first_seen
    assert await registers.handles(["cus_00unknown"]) == [None]
