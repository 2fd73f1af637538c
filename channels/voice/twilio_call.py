"""A call as a form of Twilio tells of it: whose it is, which way it goes, and how far it is.

The fields are described at twilio.com/docs/voice/api/call-resource, section "StatusCallback Request
Parameters".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from channels.fit import SEQUENCE, SHORT, TEXT, YEAR_S, fit, kept, number
from channels.twilio_form import Fields
from channels.voice import twilio_line
from router.model.event import Author, Call, Direction, Event, Flag, Status, fit_id

STATUS: Mapping[str, Status] = {
    "queued": "offered", "initiated": "offered", "ringing": "offered",
    "in-progress": "answered", "answered": "answered", "completed": "ended",
    "busy": "missed", "no-answer": "missed", "failed": "missed", "canceled": "missed",
}  # fmt: skip
_KEPT = {
    "AccountSid": "account", "CallStatus": "call_status", "Digits": "dtmf", "AnsweredBy": "answered_by",
    "SipResponseCode": "sip_code", "ForwardedFrom": "forwarded_from", "StirVerstat": "stir",
    "FromCountry": "country", "QueueResult": "queue_result", "ErrorCode": "error_code",
}  # fmt: skip
_AGENT = re.compile(r"client:([A-Za-z0-9._@+=-]{1,64})", re.ASCII)
_AUTHORS: Mapping[Direction | None, Author] = {"in": "customer", "out": "agent"}


def call(fields: Fields, source: str, sid: str, at: datetime | None) -> Event:
    """Make the event of the call ``sid``; ``at`` is when it happened where the form does not tell."""
    parent, state = fields.get("ParentCallSid", "").strip(), fields.get("CallStatus", "").strip().lower()
    direction = twilio_line.direction(fields)
    ours, theirs = ("From", "To") if direction == "out" else ("To", "From")
    name = ":".join(filter(None, (sid, state, fields.get("SequenceNumber", "").strip())))
    heard = _heard(fields)
    status: Status | None = "queued" if "QueuePosition" in fields else STATUS.get(state)
    duration = number(fields.get("CallDuration"), 0, YEAR_S)
    # A child leg rings an agent as often as the customer, and nothing says which: the thread joins it.
    handle, medium = (
        (None, "pstn") if parent else twilio_line.end(fields.get(theirs) or fields.get("Caller", ""))
    )
    return Event(
        id=fit_id(f"{name}:{heard}" if heard else name),
        source=source,
        channel="voice",
        medium=medium,
        kind="call",
        direction=direction,
        author=_author(direction, status, leg=bool(parent)),
        occurred_at=_time(fields) or at,
        customer=twilio_line.party(handle, fields.get("CallerName") if direction == "in" else None),
        sequence=int(number(fields.get("SequenceNumber"), 0, SEQUENCE) or 0),
        provider="twilio",
        provider_event_id=fit(name),
        to=fit(fields.get(ours) or fields.get("Called" if ours == "To" else "Caller")),
        thread=fit(parent or sid),
        text=fit(fields.get("SpeechResult"), TEXT),
        agent=_agent(fields) if parent else None,
        duration_s=duration,
        wait_s=number(fields.get("QueueTime"), 0, YEAR_S),
        status=status,
        call=Call(
            id=fit(parent or sid, SHORT),
            leg=fit(sid, SHORT) if parent else None,
            cause=state if status == "missed" else None,
            from_=fit(fields.get("From") or fields.get("Caller"), SHORT),
            to=fit(fields.get("To") or fields.get("Called"), SHORT),
        ),
        flags=talked(fields, status, duration) if parent or direction == "out" else [],
        attrs=kept({ours: fields.get(theirs) for theirs, ours in _KEPT.items()}),
    )


def talked(fields: Fields, status: Status | None, duration: float | None) -> list[Flag]:
    """Flag a leg that ended after a conversation with a person, which its status alone does not say."""
    machine = fields.get("AnsweredBy", "human").startswith(("machine", "fax"))
    return ["answered"] if status == "ended" and duration and not machine else []


def _author(direction: Direction | None, status: Status | None, *, leg: bool) -> Author:
    """Say whose doing it is: a leg that only rings, or is over, is nobody's word yet."""
    if leg and status != "answered":
        return "system"
    return _AUTHORS.get(direction, "unknown")


def _agent(fields: Fields) -> str | None:
    """Name the agent whose browser a leg rings: ``client:ada`` is ada."""
    found = _AGENT.fullmatch(fields.get("To", "").strip())
    return found[1] if found else None


def _heard(fields: Fields) -> str:
    """Tell the answers of one caller to several menus apart: they share all other names."""
    said = "\0".join(fields.get(name, "") for name in ("Digits", "SpeechResult", "msg"))
    if not said.strip("\0"):
        return ""
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


def _time(fields: Fields) -> datetime | None:
    """Read the RFC 2822 time of a report; without a zone it is UTC."""
    try:
        found = parsedate_to_datetime(fields.get("Timestamp", "")[:64])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
