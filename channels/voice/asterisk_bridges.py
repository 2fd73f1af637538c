"""Who is there and who talks to whom in an Asterisk: what bridges tell, and the list of all channels."""

from __future__ import annotations

import re

from channels.voice.asterisk_blocks import Fields
from channels.voice.asterisk_calls import Call
from channels.voice.asterisk_ends import said
from channels.voice.asterisk_event import moment, parts_of, write
from channels.voice.asterisk_known import Known, is_inner
from router.model.event import Event

_UNIQUE = re.compile(r"(?:.*-)?([0-9]{9,10})\.[0-9]+", re.ASCII)


def enters(known: Known, fields: Fields) -> list[Event]:
    """ChannelEnteredBridge: a caller and somebody else are in it now, so they speak."""
    inside = (fields.get("inside") or "").split()
    known.call(fields)
    unique, call = next(known.calls.named(inside), (None, None))
    other = next((one for one in inside if one != unique), None)
    return [_spoken(known, call, fields, other)] if call and other else []


def is_there(known: Known, fields: Fields) -> list[Event]:
    """CoreShowChannel: a channel there is. A call we know nothing of began before we came.

    When it began is in its id, to the second.
    """
    own = said(fields, "uniqueid")
    before = known.calls.find(own or "")
    new = before is None or not before.judged
    call = known.call(fields, queued=said(fields, "application") == "Queue")
    if call is None:
        return []
    first = own == call.linked
    bridged = said(fields, "bridgeid") is not None and not is_inner(fields)
    known.calls.seen(call.linked, own if bridged and not first else None)
    if not (new and first and call.ends.direction):
        return []
    call.begun = True
    second = _UNIQUE.fullmatch(call.linked)
    at = moment(second[1]) if second else None
    return [write(known.pbx, call, fields, name="Newchannel", status="offered", occurred_at=at)]


def surveyed(known: Known, fields: Fields) -> list[Event]:
    """CoreShowChannelsComplete: what ended and what was answered while nobody listened.

    ``end`` is what the end of a call is called where it is heard, so that hearing it too tells nothing new.
    """
    gone, heard = known.calls.end_survey()
    found = []
    for call in gone:
        call.over = True
        lost = {"missed_by_us": True}
        end = fields.get("end", "Hangup")
        found.append(write(known.pbx, call, {"event": end}, status="ended", attrs=lost))
    return found + [_spoken(known, call, fields, other) for call, other in heard]


def _spoken(known: Known, call: Call, fields: Fields, other: str) -> Event:
    """Tell that a call and another leg came together; the agent is at our end of it."""
    call.answered = True
    ours = known.calls.leg(call.linked if call.ends.direction == "out" else other)
    return write(
        known.pbx, call, {**fields, "uniqueid": call.linked}, other,
        status="answered",
        author="agent",
        agent=known.pbx.agent(ours.name if ours else None),
        call=parts_of(call, other),
    )  # fmt: skip
