"""Write what an Asterisk told of a call as our event.

Asterisk itself hands calls to agents, so their author is the system's: an arrival by the customer would
wait for our agents a second time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.email.dates import read_date
from channels.fit import SHORT, fit, kept
from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_calls import Call
from channels.voice.asterisk_ends import Pbx, said
from router.model.event import Attribute, Event, fit_id
from router.model.event import Call as Parts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(r"([0-9]{9,10})(?:\.([0-9]{1,6}))?", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9._:@+/=-]{1,64}", re.ASCII)
_KEPT = {
    "cause-txt": "cause_text", "position": "position", "originalposition": "original_position",
    "wait": "waited_s", "ringtime": "ring_s", "reason": "reason", "membername": "member",
    "extension": "extension", "disposition": "disposition", "desttype": "transfer_to",
}  # fmt: skip


def write(pbx: Pbx, call: Call, fields: Fields, /, *parts: str | None, name: str = "", **more: Any) -> Event:
    """Write an event of a call; ``parts`` tell it apart from others of the same name and channel."""
    own, what = said(fields, "uniqueid") or call.linked, name or fields["event"]
    native = ":".join(filter(None, (own, what, *parts)))
    queue = said(fields, "queue") or call.queue
    told = {
        "kind": "call",
        "author": "system",
        "direction": call.ends.direction,
        "occurred_at": moment(fields.get("timestamp")),
        "call": parts_of(call, own),
        "attrs": _attrs(fields, queue),
    } | more
    return Event(
        id=fit_id(native),
        source=pbx.source,
        channel="voice",
        medium="pstn",
        customer=call.ends.customer,
        provider=pbx.provider,
        provider_event_id=fit(native),
        to=call.ends.ours,
        thread=fit(call.linked),
        queue=queue if queue and _WORD.fullmatch(queue) else None,
        **told,
    )


def parts_of(call: Call, leg: str | None = None, cause: str | None = None) -> Parts:
    """Name the call, and the leg where it is not its first channel."""
    there = call.ends.customer.value if call.ends.customer else None
    ends = (call.ends.ours, there) if call.ends.direction == "out" else (there, call.ends.ours)
    own = fit(leg, SHORT) if leg and leg != call.linked else None
    return Parts(fit(call.linked, SHORT), own, fit(cause, SHORT), fit(ends[0], SHORT), fit(ends[1], SHORT))


def _attrs(fields: Fields, queue: str | None) -> dict[str, Attribute]:
    told = {ours: said(fields, theirs) for theirs, ours in _KEPT.items()} | {"queue": queue}
    return kept(told)


def moment(written: str | None) -> datetime | None:
    """Read a time: seconds since 1970 with microseconds behind, or ISO 8601."""
    found = _MOMENT.fullmatch(written or "")
    if found is None:
        return read_date(written)
    return _EPOCH + timedelta(seconds=int(found[1]), microseconds=int((found[2] or "0").ljust(6, "0")))
