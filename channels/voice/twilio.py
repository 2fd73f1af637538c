"""Twilio Voice: the answer webhook, callbacks of menus and dialled legs, and progress reports.

All are one form with ``CallSid``. The fields are described at twilio.com/docs/voice/twiml and
twilio.com/docs/voice/api/call-resource, section "StatusCallback Request Parameters".
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from channels.fit import SHORT, YEAR_S, fit, number
from channels.twilio_form import Fields
from channels.voice import twilio_call, twilio_recording
from router.errors import Malformed
from router.model.event import Attribute, Call, Event, fit_id

# Without ``answer_twiml`` the caller hears nothing but stays: an empty Response would hang up.
HOLD = '<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="60"/><Redirect/></Response>'
DONE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

_OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
_LEFT = frozenset({"bridged", "bridging-in-process", "hangup", "leave", "redirected-from-bridged"})
_PROGRESS = frozenset({"CallbackSource", "SequenceNumber", "CallDuration"})
_ASIDE = frozenset({"StreamEvent", "TranscriptionEvent", "SiprecEvent"})  # media of a call, not the call


def read(fields: Fields, source: str, at: datetime | None = None) -> list[Event]:
    """Read a form into events; ``at`` is when it happened, where the form has no ``Timestamp``.

    Malformed where it names no call.
    """
    sid = fields.get("CallSid", "").strip()
    if not sid:
        raise Malformed("the form names no CallSid")
    if not _ASIDE.isdisjoint(fields):
        return []
    call = twilio_call.call(fields, source, sid, at)
    if twilio_recording.is_recording(fields):
        return twilio_recording.read(fields, call)
    if fields.get("DialCallSid", "").strip():
        return [_dialled(fields, call)]
    if "StatusCallbackEvent" in fields and "CallStatus" not in fields:
        return [_conference(fields, call)]
    return [
        msgspec.structs.replace(call, kind="system", author="system") if _is_aside(fields, call) else call
    ]


def answer(fields: Fields, twiml: str | None) -> str | None:
    """Say what Twilio shall do with the call: ``twiml``, else hold it; None where it does not ask.

    After a voicemail, a dialled leg that talked, or a queue the caller left, there is nothing to add:
    the empty answer hangs up.
    """
    if not _PROGRESS.isdisjoint(fields) or fields.get("CallStatus") in _OVER:
        return None
    if not ({"CallStatus", "Digits", "SpeechResult"} & fields.keys()) or "RecordingStatus" in fields:
        return None
    over = fields.get("DialCallStatus") in {"completed", "answered"} or fields.get("QueueResult") in _LEFT
    return DONE if over or twilio_recording.is_recording(fields) else twiml or HOLD


def _is_aside(fields: Fields, call: Event) -> bool:
    """Tell a report about a call from a state of it: a state we do not know, or what a machine detected.

    A call without a status would read as one that took place.
    """
    known = call.status is not None or not fields.get("CallStatus")
    return not known or ("AnsweredBy" in fields and "CallStatus" not in fields)


def _dialled(fields: Fields, call: Event) -> Event:
    """Read the end of a leg that ``<Dial>`` called, told in the name of the call that dialled."""
    state, leg = fields.get("DialCallStatus", "").strip().lower(), fields["DialCallSid"].strip()
    name = f"{call.thread}:{leg}:{state}"
    status = twilio_call.STATUS.get(state)
    duration = number(fields.get("DialCallDuration"), 0, YEAR_S)
    parts = call.call or Call()
    return msgspec.structs.replace(
        call,
        id=fit_id(name),
        provider_event_id=fit(name),
        duration_s=duration,
        status=status,
        call=Call(parts.id, fit(leg, SHORT), state if status == "missed" else None, parts.from_, parts.to),
        flags=twilio_call.talked(fields, status, duration),
        attrs=call.attrs | {"dial_status": fit(state, SHORT)},
    )


def _conference(fields: Fields, call: Event) -> Event:
    """Read who came to a conference or left it."""
    room, what = fields.get("ConferenceSid", "").strip(), fields["StatusCallbackEvent"].strip()
    name = f"{room}:{what}:{call.thread}:{call.sequence}"
    attrs: dict[str, Attribute] = {"conference": fit(room, SHORT), "event": fit(what, SHORT)}
    return msgspec.structs.replace(
        call, id=fit_id(name), provider_event_id=fit(name), kind="participant", author="system", attrs=attrs
    )
