"""What one event costs the engine: the calls that the router makes for it, packed without thinking.

Both limits are made of them. A customer's conversation is known and open, as in the events that are sent.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench import samples
from router.flow.prepare import Preparer
from router.house import House, open_house
from router.model.event import Event
from router.model.need import Need
from router.model.queue import QueueProfile
from router.settings import Server, Settings, Store
from router.store import keys
from router.store.items import Sync
from router.store.library import build
from router.store.recording import Carried, Recording, RecordRequest

Command = tuple[str | bytes | int, ...]

_FIRST_REV = 10**13
"""Beyond every revision a slot has given: a sync with it is never old."""

_pack = msgspec.msgpack.Encoder().encode


class Calls(Struct, frozen=True):
    """The calls of one customer's next event. ``place`` and ``routing`` are the anchors of their slots."""

    hid: str
    place: str
    routing: str
    view_key: str
    request: RecordRequest
    recording: Recording
    sync: Sync
    names: dict[str, str]

    def make(self, number: int) -> list[tuple[str, Command]]:
        """Give the commands of event ``number``, each with its key."""
        digest = number.to_bytes(12, "big")
        entry = replace(self.recording, digest=digest).packed()
        sync = replace(self.sync, rev=_FIRST_REV + number, want_rev=_FIRST_REV + number)
        done = Carried(
            hid=self.hid, conversation=sync.cnv, rev=number, digests=(digest,), item="itm_1000000001"
        )
        place, routing = self.place, self.routing
        return [
            (place, self._call("event_record", place, self.request, digest, self.recording.body, entry)),
            (routing, ("MGET", self.view_key)),
            (routing, self._call("item_sync", routing, sync)),
            (place, self._call("mark_clear", place, done.request(), digest)),
        ]

    def _call(self, name: str, anchor: str, request: Struct, *raw: bytes) -> Command:
        return ("FCALL", self.names[name], 1, anchor, _pack(request), *raw)


async def house(url: str, workspace: str, stack: AsyncExitStack) -> House:
    """Open a workspace on an engine, with the queue that the events name."""
    settings = Settings(
        server=Server(workspace=workspace), store=Store(redis_url=url), queues={"support": QueueProfile()}
    )
    return await open_house(settings, stack)


async def prepare(home: House, customers: int) -> Sequence[Calls]:
    """Let every customer write once, and give the calls of each one's next event."""
    events = [samples.event(customer, f"first-{customer}") for customer in range(customers)]
    for first in range(0, customers, 200):
        await home.ingest.record(events[first : first + 200])
    await home.background.drain(60)
    names = dict(build().names)
    return [_calls(home, event, names) for event in events]


def _calls(home: House, event: Event, names: dict[str, str]) -> Calls:
    prepared = Preparer(home.workspace, (), time.time).prepare(event)
    assert isinstance(prepared.stored, Recording)
    assert prepared.want is not None
    place = prepared.place
    need = Need(
        cnv=place.conversation,
        hid=place.hid,
        view=place.hid,
        rev=0,
        want_rev=0,
        ended=False,
        seen=False,
        in_n=2,
        want=prepared.want,
    )
    return Calls(
        hid=place.hid,
        place=keys.slot(home.workspace.prefix(place.hid)),
        routing=home.slot.anchor,
        view_key=keys.view_of(home.workspace.routing, place.hid),
        request=prepared.stored.request(),
        recording=prepared.stored,
        sync=home.route.request(need, home.route.plan(prepared.want)[0]),
        names=names,
    )
