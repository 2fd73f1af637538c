"""Twilio Voice: the answer webhook, callbacks of menus and dialled legs, and progress reports.

All are one form with ``CallSid``. The fields are described at twilio.com/docs/voice/twiml and
twilio.com/docs/voice/api/call-resource, section "StatusCallback Request Parameters".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from channels import handles_tel
from channels.fit import SHORT, TEXT, fit, number
from channels.voice import twilio_recording
from router.errors import Malformed
from router.model.event import Attribute, Author, Call, Direction, Event, Flag, Status, fit_id
from router.model.handle import Handle, Party

# Without ``answer_twiml`` the caller hears nothing but stays: an empty Response would hang up.
HOLD = '<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="60"/><Redirect/></Response>'
DONE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

_STATUS: Mapping[str, Status] = {
    "queued": "offered", "initiated": "offered", "ringing": "offered",
    "in-progress": "answered", "answered": "answered", "completed": "ended",
    "busy": "missed", "no-answer": "missed", "failed": "missed", "canceled": "missed",
}  # fmt: skip
_OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
_LEFT = frozenset({"bridged", "bridging-in-process", "hangup", "leave", "redirected-from-bridged"})
_PROGRESS = frozenset({"CallbackSource", "SequenceNumber", "CallDuration"})
_ASIDE = frozenset({"StreamEvent", "TranscriptionEvent", "SiprecEvent"})  # media of a call, not the call
_KEPT = {
    "AccountSid": "account", "CallStatus": "call_status", "Digits": "dtmf", "AnsweredBy": "answered_by",
    "SipResponseCode": "sip_code", "ForwardedFrom": "forwarded_from", "StirVerstat": "stir",
    "FromCountry": "country", "QueueResult": "queue_result", "ErrorCode": "error_code",
}  # fmt: skip
_AGENT = re.compile(r"client:([A-Za-z0-9._@+=-]{1,64})", re.ASCII)
_SIP = re.compile(r"sips?:([^@;?\s]{1,128})(@[^;?\s]{1,255})?.*", re.ASCII | re.DOTALL)


def read(fields: Mapping[str, str], source: str, at: datetime | None = None) -> list[Event]:
    """Read a form into events; ``at`` is when it happened, where the form has no ``Timestamp``.

    Malformed where it names no call.
    """
    sid = fields.get("CallSid", "").strip()
    if not sid:
        raise Malformed("the form names no CallSid")
    if not _ASIDE.isdisjoint(fields):
        return []
    call = _call(fields, source, sid, at)
    if twilio_recording.is_recording(fields):
        return twilio_recording.read(fields, call)
    if fields.get("DialCallSid", "").strip():
        return [_dialled(fields, call)]
    if "StatusCallbackEvent" in fields and "CallStatus" not in fields:
        return [_conference(fields, call)]
    return [
        msgspec.structs.replace(call, kind="system", author="system") if _is_aside(fields, call) else call
    ]


def answer(fields: Mapping[str, str], twiml: str | None) -> str | None:
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


def _call(fields: Mapping[str, str], source: str, sid: str, at: datetime | None) -> Event:
    parent, state = fields.get("ParentCallSid", "").strip(), fields.get("CallStatus", "").strip().lower()
    direction = _direction(fields)
    ours, theirs = ("From", "To") if direction == "out" else ("To", "From")
    name = ":".join(filter(None, (sid, state, fields.get("SequenceNumber", "").strip())))
    heard = _heard(fields)
    status: Status | None = "queued" if "QueuePosition" in fields else _STATUS.get(state)
    duration = number(fields.get("CallDuration"), 0, 31_536_000)
    # A child leg rings an agent as often as the customer, and nothing says which: the thread joins it.
    handle, medium = (None, "pstn") if parent else _end(fields.get(theirs) or fields.get("Caller", ""))
    return Event(
        id=fit_id(f"{name}:{heard}" if heard else name),
        source=source,
        channel="voice",
        medium=medium,
        kind="call",
        direction=direction,
        author=_author(direction, status, leg=bool(parent)),
        occurred_at=_time(fields) or at,
        customer=_party(handle, fields.get("CallerName") if direction == "in" else None),
        sequence=int(number(fields.get("SequenceNumber"), 0, 4_294_967_295) or 0),
        provider="twilio",
        provider_event_id=fit(name),
        to=fit(fields.get(ours) or fields.get("Called" if ours == "To" else "Caller")),
        thread=fit(parent or sid),
        text=fit(fields.get("SpeechResult"), TEXT),
        agent=_agent(fields) if parent else None,
        duration_s=duration,
        wait_s=number(fields.get("QueueTime"), 0, 31_536_000),
        status=status,
        call=Call(
            id=fit(parent or sid, SHORT),
            leg=fit(sid, SHORT) if parent else None,
            cause=state if status == "missed" else None,
            from_=fit(fields.get("From") or fields.get("Caller"), SHORT),
            to=fit(fields.get("To") or fields.get("Called"), SHORT),
        ),
        flags=_talked(fields, status, duration) if parent or direction == "out" else [],
        attrs={ours: fit(fields[theirs]) for theirs, ours in _KEPT.items() if fields.get(theirs)},
    )


_AUTHORS: Mapping[Direction | None, Author] = {"in": "customer", "out": "agent"}


def _author(direction: Direction | None, status: Status | None, *, leg: bool) -> Author:
    """Say whose doing it is: a leg that only rings, or is over, is nobody's word yet."""
    if leg and status != "answered":
        return "system"
    return _AUTHORS.get(direction, "unknown")


def _is_aside(fields: Mapping[str, str], call: Event) -> bool:
    """Tell a report about a call from a state of it: a state we do not know, or what a machine detected.

    A call without a status would read as one that took place.
    """
    known = call.status is not None or not fields.get("CallStatus")
    return not known or ("AnsweredBy" in fields and "CallStatus" not in fields)


def _dialled(fields: Mapping[str, str], call: Event) -> Event:
    """Read the end of a leg that ``<Dial>`` called, told in the name of the call that dialled."""
    state, leg = fields.get("DialCallStatus", "").strip().lower(), fields["DialCallSid"].strip()
    name = f"{call.thread}:{leg}:{state}"
    status = _STATUS.get(state)
    duration = number(fields.get("DialCallDuration"), 0, 31_536_000)
    parts = call.call or Call()
    return msgspec.structs.replace(
        call,
        id=fit_id(name),
        provider_event_id=fit(name),
        duration_s=duration,
        status=status,
        call=Call(parts.id, fit(leg, SHORT), state if status == "missed" else None, parts.from_, parts.to),
        flags=_talked(fields, status, duration),
        attrs=call.attrs | {"dial_status": fit(state, SHORT)},
    )


def _conference(fields: Mapping[str, str], call: Event) -> Event:
    """Read who came to a conference or left it."""
    room, what = fields.get("ConferenceSid", "").strip(), fields["StatusCallbackEvent"].strip()
    name = f"{room}:{what}:{call.thread}:{call.sequence}"
    attrs: dict[str, Attribute] = {"conference": fit(room, SHORT), "event": fit(what, SHORT)}
    return msgspec.structs.replace(
        call, id=fit_id(name), provider_event_id=fit(name), kind="participant", author="system", attrs=attrs
    )


def _direction(fields: Mapping[str, str]) -> Direction | None:
    """Give the direction as the company sees it: a call from a browser of ours comes in at Twilio."""
    said = fields.get("Direction", "").strip().lower()
    if said.startswith("outbound") or fields.get("From", "").startswith("client:"):
        return "out"
    return "in" if said == "inbound" else None


def _end(value: str) -> tuple[Handle | None, str]:
    """Tell whose address it is, and the medium it calls by."""
    written = value.strip()
    if written.startswith("client:"):
        return None, "pstn"
    if written.startswith("whatsapp:"):
        return handles_tel.read(written.removeprefix("whatsapp:")), "whatsapp_call"
    sip = _SIP.fullmatch(written)
    if sip is None:
        return handles_tel.read(written), "pstn"
    phone = handles_tel.read(sip[1])
    if phone is not None and phone.type == "tel":
        return phone, "sip"
    return (Handle("sip-user", sip[1] + sip[2].lower()) if sip[2] else None), "sip"


def _party(handle: Handle | None, name: str | None) -> Party | None:
    return Party(handle.type, handle.value, fit(name, SHORT)) if handle else None


def _agent(fields: Mapping[str, str]) -> str | None:
    """Name the agent whose browser a leg rings: ``client:ada`` is ada."""
    found = _AGENT.fullmatch(fields.get("To", "").strip())
    return found[1] if found else None


def _talked(fields: Mapping[str, str], status: Status | None, duration: float | None) -> list[Flag]:
    """Flag a leg that ended after a conversation with a person, which its status alone does not say."""
    machine = fields.get("AnsweredBy", "human").startswith(("machine", "fax"))
    return ["answered"] if status == "ended" and duration and not machine else []


def _heard(fields: Mapping[str, str]) -> str:
    """Tell the answers of one caller to several menus apart: they share all other names."""
    said = "\0".join(fields.get(name, "") for name in ("Digits", "SpeechResult", "msg"))
    if not said.strip("\0"):
        return ""
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


def _time(fields: Mapping[str, str]) -> datetime | None:
    """Read the RFC 2822 time of a report; without a zone it is UTC."""
    try:
        found = parsedate_to_datetime(fields.get("Timestamp", "")[:64])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
