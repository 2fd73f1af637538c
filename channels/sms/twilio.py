"""Twilio Messaging: SMS, MMS, RCS, WhatsApp and Messenger come as one form with the same fields.

An inbound message has ``SmsStatus=received`` and no time; a delivery report has ``MessageStatus``.
The fields are described at twilio.com/docs/messaging/guides/webhook-request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from channels.carried import Carried
from channels.fit import SHORT, fit, kept
from channels.sms import twilio_content, twilio_ends
from channels.twilio_form import Fields
from router.errors import Malformed
from router.model.event import Attribute, Event, Kind, Status

_STATUS: Mapping[str, Status] = {
    "accepted": "queued", "scheduled": "queued", "queued": "queued", "sending": "sent", "sent": "sent",
    "delivered": "delivered", "read": "read",
    "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
_CONSENT: Mapping[str, Kind] = {"STOP": "opt_out", "START": "opt_in"}
_STOPPED = "21610"  # Twilio refused to send: the customer wrote STOP to this sender
_KEPT = {
    "AccountSid": "account", "MessagingServiceSid": "service", "NumSegments": "segments",
    "FromCountry": "country", "OptOutType": "opt_out_type", "MessageType": "type",
    "ReferralSourceId": "referral", "ReferralSourceUrl": "referral_url",
    "ReferralHeadline": "referral_headline",
}  # fmt: skip


def sid(fields: Fields) -> str:
    """Give the id of the message the form speaks of; empty where it speaks of none."""
    return (fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid") or "").strip()


def is_report(fields: Fields) -> bool:
    """Tell a delivery report from an inbound message."""
    return _state(fields) not in {"", "received", "receiving"}


def read(fields: Fields, source: str, at: datetime | None = None, ours: str | None = None) -> list[Event]:
    """Read a form into events; ``at`` is when it happened, where something besides the form tells.

    ``ours`` is the message of ours that it reports on, by the name we gave it. Malformed where the form
    names no message.
    """
    if not sid(fields):
        raise Malformed("the form names no MessageSid")
    return _report(fields, source, at, ours) if is_report(fields) else [_message(fields, source, at)]


def _message(fields: Fields, source: str, at: datetime | None) -> Event:
    ends = twilio_ends.inward(fields)
    body = fields.get("Body") or fields.get("ButtonText") or fields.get("ListTitle")
    attachments, place = twilio_content.attachments(fields), twilio_content.location(fields)
    replied = fit(fields.get("OriginalRepliedMessageSid"))
    return Carried("twilio", source, ends).message(
        sid(fields),
        body,
        kind=_CONSENT.get(fields.get("OptOutType", "").strip().upper(), "message"),
        occurred_at=at,
        also=twilio_ends.also(fields, ends.customer),
        attachments=attachments,
        payload=fit(fields.get("ButtonPayload") or fields.get("ListId")),
        parents=[replied] if replied else [],
        location=place,
        flags=twilio_content.flags(fields, readable=bool(body or attachments or place)),
        attrs=_attrs(fields),
    )


def _report(fields: Fields, source: str, at: datetime | None, ours: str | None) -> list[Event]:
    carried = Carried("twilio", source, twilio_ends.outward(fields))
    state, message = _state(fields), sid(fields)
    attrs = _attrs(fields) | {"message_status": fit(state, SHORT)}
    if code := fit(fields.get("ErrorCode"), SHORT):
        attrs |= {"error_code": code, "error": fit(fields.get("ErrorMessage"))}
    report = carried.report(
        f"{message}:{state}", ours or message, occurred_at=at, status=_STATUS.get(state), attrs=attrs
    )
    stopped = fields.get("ErrorCode") == _STOPPED and report.customer is not None
    return [report, carried.stopped(message, at)] if stopped else [report]


def _state(fields: Fields) -> str:
    return (fields.get("MessageStatus") or fields.get("SmsStatus") or "").strip().lower()


def _attrs(fields: Fields) -> dict[str, Attribute]:
    return kept({ours: fields.get(theirs) for theirs, ours in _KEPT.items()})
