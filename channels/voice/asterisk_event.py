"""Write what an Asterisk told of a call as our event.

Asterisk itself hands calls to agents, so their author is the system's: an arrival by the customer would
wait for our agents a second time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.email.dates import read_date
from channels.fit import LINE, SHORT, fit, number
from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_calls import Call
from channels.voice.asterisk_ends import Pbx, said
from router.model.event import Attribute, Event, Status, fit_id
from router.model.event import Call as Parts

_YEAR_S = 31_536_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(r"([0-9]{9,10})(?:\.([0-9]{1,6}))?", re.ASCII)
_UNIQUE = re.compile(r"(?:.*-)?([0-9]{9,10})\.[0-9]+", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9._:@+/=-]{1,64}", re.ASCII)
_DROPPED = frozenset({"27", "38", "41", "102"})
"""Causes (ITU-T Q.850) of a line that broke: destination or network out of order, failure, time-out."""

_SERVED: Mapping[str, Status] = {
    "agentcalled": "offered", "agentringnoanswer": "missed", "agentconnect": "answered",
    "agentcomplete": "ended",
}  # fmt: skip
_KEPT = {
    "cause-txt": "cause_text", "position": "position", "originalposition": "original_position",
    "wait": "waited_s", "ringtime": "ring_s", "reason": "reason", "membername": "member",
    "extension": "extension", "disposition": "disposition", "desttype": "transfer_to",
}  # fmt: skip


def make(pbx: Pbx, call: Call, fields: Fields, /, *parts: str | None, name: str = "", **more: Any) -> Event:
    """Write an event of a call; ``parts`` tell it apart from others of the same name and channel."""
    own, what = said(fields, "uniqueid") or call.linked, name or fields["event"]
    native = ":".join(filter(None, (own, what, *parts)))
    queue = said(fields, "queue") or call.queue
    told = {
        "kind": "call",
        "author": "system",
        "direction": call.ends.direction,
        "occurred_at": _moment(fields.get("timestamp")),
        "call": spoken_of(call, own),
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


def spoken_of(call: Call, leg: str | None = None, cause: str | None = None) -> Parts:
    """Name the call, and the leg where it is not its first channel."""
    there = call.ends.customer.value if call.ends.customer else None
    ends = (call.ends.ours, there) if call.ends.direction == "out" else (there, call.ends.ours)
    own = fit(leg, SHORT) if leg and leg != call.linked else None
    return Parts(fit(call.linked, SHORT), own, fit(cause, SHORT), fit(ends[0], SHORT), fit(ends[1], SHORT))


def ended(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write the end of a call; one that broke while people spoke was dropped."""
    cause = said(fields, "cause")
    flags = ["dropped"] if call.answered and cause in _DROPPED else []
    return make(pbx, call, fields, status="ended", flags=flags, call=spoken_of(call, cause=cause))


def recorded(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write the record of a call, made after its end."""
    lasted, leg = number(fields.get("billableseconds"), 0, _YEAR_S), said(fields, "destinationchannel")
    return make(pbx, call, fields, leg, status="ended", duration_s=lasted)


def left(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write that a caller left a queue: gave up, or any other way, of which only other events tell."""
    if fields["event"].lower() == "queuecallerleave":
        return make(pbx, call, fields, said(fields, "queue"), kind="system")
    wait_s = number(fields.get("holdtime"), 0, _YEAR_S)
    return make(pbx, call, fields, said(fields, "queue"), kind="abandon", wait_s=wait_s)


def served(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write what became of an agent's leg: rings, missed, answered, ended after they spoke."""
    status = _SERVED[fields["event"].lower()]
    interface, leg = said(fields, "interface"), said(fields, "destuniqueid")
    return make(
        pbx, call, fields, said(fields, "queue"), interface, leg,
        status=status,
        author="agent" if status == "answered" else "system",
        agent=pbx.agent(interface, said(fields, "membername")),
        wait_s=number(fields.get("holdtime"), 0, _YEAR_S),
        duration_s=number(fields.get("talktime"), 0, _YEAR_S),
        flags=["answered"] if status == "ended" else [],
        call=spoken_of(call, leg or interface, "no-answer" if status == "missed" else None),
    )  # fmt: skip


def dialled(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write what became of a leg that was dialled: the agent is who answers an inbound call, or dials one."""
    result, leg = (said(fields, "dialstatus") or "").lower(), said(fields, "destuniqueid")
    status: Status = "offered" if not result else "answered" if result == "answer" else "missed"
    away = pbx.party(said(fields, "destcalleridnum"))
    side = "channel" if call.ends.direction == "out" else "destchannel"
    abroad = side == "destchannel" and away is not None and away.type == "tel"
    return make(
        pbx, call, fields, leg, result,
        status=status,
        author="agent" if status == "answered" else "system",
        agent=None if abroad else pbx.agent(said(fields, side)),
        call=spoken_of(call, leg, result if status == "missed" else None),
    )  # fmt: skip


def spoken(pbx: Pbx, call: Call, fields: Fields, leg: str, channel: str) -> Event:
    """Write that a call and another leg came together; ``channel`` is the agent's."""
    return make(
        pbx, call, {**fields, "uniqueid": call.linked}, leg,
        status="answered",
        author="agent",
        agent=pbx.agent(channel),
        call=spoken_of(call, leg),
    )  # fmt: skip


def transferred(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write that an agent handed a call on."""
    attended = fields["event"].lower() == "attendedtransfer"
    by = "origtransferer" if attended else "transferer"
    to = said(fields, "secondtransfereruniqueid" if attended else "extension")
    return make(
        pbx, call, {**fields, "uniqueid": fields.get(f"{by}uniqueid", "")}, to,
        kind="transfer",
        direction="internal",
        author="agent",
        agent=pbx.agent(said(fields, f"{by}channel")),
        call=spoken_of(call),
    )  # fmt: skip


def began(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write the beginning of a call that nobody told of: its id begins with its second."""
    moment = _UNIQUE.fullmatch(call.linked)
    return make(
        pbx,
        call,
        fields,
        name="Newchannel",
        status="offered",
        occurred_at=_moment(moment[1]) if moment else None,
    )


def gone(pbx: Pbx, call: Call) -> Event:
    """Write the end of a call that nobody told of."""
    return make(pbx, call, {"event": "Hangup"}, status="ended", attrs={"missed_by_us": True})


def _attrs(fields: Fields, queue: str | None) -> dict[str, Attribute]:
    told = {ours: said(fields, theirs) for theirs, ours in _KEPT.items()} | {"queue": queue}
    return {name: fit(value, LINE) for name, value in told.items() if value}


def _moment(written: str | None) -> datetime | None:
    """Read a time: seconds since 1970 with microseconds behind, or ISO 8601."""
    found = _MOMENT.fullmatch(written or "")
    if found is None:
        return read_date(written)
    return _EPOCH + timedelta(seconds=int(found[1]), microseconds=int((found[2] or "0").ljust(6, "0")))
