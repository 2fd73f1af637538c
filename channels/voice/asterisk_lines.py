"""The line of a call of Asterisk: it begins and ends, legs are dialled, it is handed on."""

from __future__ import annotations

from channels.fit import YEAR_S, number
from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_calls import Call
from channels.voice.asterisk_ends import Pbx, said
from channels.voice.asterisk_event import parts_of, write
from channels.voice.asterisk_known import Known
from router.model.event import Event, Status

_DROPPED = frozenset({"27", "38", "41", "102"})
"""Causes (ITU-T Q.850) of a line that broke: destination or network out of order, failure, time-out."""


def begins(known: Known, fields: Fields) -> list[Event]:
    """Newchannel, StasisStart: the first channel of a call; the others are legs.

    Who hears all of ARI is told of both; the first of them is the begin.
    """
    call = known.first(fields)
    if call is None or call.begun:
        return []
    call.begun = True
    return [write(known.pbx, call, fields, status="offered")]


def ends(known: Known, fields: Fields) -> list[Event]:
    """Hangup, ChannelDestroyed: the first channel of a call is gone, and with it the call.

    A call that broke while people spoke was dropped.
    """
    call, cause = known.first(fields), said(fields, "cause")
    if call is None:
        return []
    call.over = True
    flags = ["dropped"] if call.answered and cause in _DROPPED else []
    parts = parts_of(call, cause=cause)
    return [write(known.pbx, call, fields, status="ended", flags=flags, call=parts)]


def recorded(known: Known, fields: Fields) -> list[Event]:
    """Cdr: how long a call took; it names neither the call nor its context as other events do."""
    named = {"source": "calleridnum", "destination": "exten", "destinationcontext": "context"}
    call = known.first({**fields, **{ours: fields.get(theirs, "") for theirs, ours in named.items()}})
    if call is None:
        return []
    call.over = True
    lasted, leg = number(fields.get("billableseconds"), 0, YEAR_S), said(fields, "destinationchannel")
    return [write(known.pbx, call, fields, leg, status="ended", duration_s=lasted)]


def progresses(known: Known, fields: Fields) -> list[Event]:
    """ChannelStateChange: in progress says that a menu runs, not that a person answered."""
    call = known.first(fields)
    up = call is not None and said(fields, "state") == "Up"
    return [write(known.pbx, call, fields, "Up", status="answered")] if call and up else []


def leaves(known: Known, fields: Fields) -> list[Event]:
    """StasisEnd: the application is done with a call, which may go on in the dialplan."""
    call = known.first(fields)
    return [write(known.pbx, call, fields, kind="system")] if call else []


def dials(known: Known, fields: Fields) -> list[Event]:
    """DialBegin, DialEnd; of a call that waits in a queue the events of its agents tell the same."""
    call = known.call(fields)
    leg = known.call(fields, "dest")
    call = call or leg
    if call is None or call.ends.direction is None or call.waits:
        return []
    told = _dialled(known.pbx, call, fields)
    call.answered |= told.status == "answered"
    return [told]


def transfers(known: Known, fields: Fields) -> list[Event]:
    """BlindTransfer, AttendedTransfer: one that did not succeed changed nothing."""
    if (said(fields, "result") or "").lower() != "success":
        return []
    call = known.call(fields, "transferee") or known.call(fields, "origtransferer")
    if call is None or call.ends.direction is None:
        return []
    call.waits = False
    return [_transferred(known.pbx, call, fields)]


def _dialled(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write what became of a leg: the agent is who answers an inbound call, or who dials one."""
    result, leg = (said(fields, "dialstatus") or "").lower(), said(fields, "destuniqueid")
    status: Status = "offered" if not result else "answered" if result == "answer" else "missed"
    away = pbx.party(said(fields, "destcalleridnum"))
    side = "channel" if call.ends.direction == "out" else "destchannel"
    abroad = side == "destchannel" and away is not None and away.type == "tel"
    return write(
        pbx, call, fields, leg, result,
        status=status,
        author="agent" if status == "answered" else "system",
        agent=None if abroad else pbx.agent(said(fields, side)),
        call=parts_of(call, leg, result if status == "missed" else None),
    )  # fmt: skip


def _transferred(pbx: Pbx, call: Call, fields: Fields) -> Event:
    """Write that an agent handed a call on."""
    attended = fields["event"] == "AttendedTransfer"
    by = "origtransferer" if attended else "transferer"
    to = said(fields, "secondtransfereruniqueid" if attended else "extension")
    return write(
        pbx, call, {**fields, "uniqueid": fields.get(f"{by}uniqueid", "")}, to,
        kind="transfer",
        direction="internal",
        author="agent",
        agent=pbx.agent(said(fields, f"{by}channel")),
        call=parts_of(call),
    )  # fmt: skip
