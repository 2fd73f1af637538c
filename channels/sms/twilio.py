"""Twilio Messaging: SMS, MMS, RCS, WhatsApp and Messenger come as one form with the same fields.

An inbound message has ``SmsStatus=received`` and no time; a delivery report has ``MessageStatus``.
The fields are described at twilio.com/docs/messaging/guides/webhook-request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from channels import handles_tel
from channels.fit import LINE, SHORT, TEXT, TEXT_FULL, fit, number
from router.errors import Malformed
from router.model.event import Attachment, Attribute, Channel, Event, Flag, Kind, Location, Status, fit_id
from router.model.handle import Handle, Party

_STATUS: Mapping[str, Status] = {
    "accepted": "queued", "scheduled": "queued", "queued": "queued", "sending": "sent", "sent": "sent",
    "delivered": "delivered", "read": "read",
    "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
_CARRIERS: Mapping[str, tuple[Channel, str]] = {
    "": ("sms", "sms"), "rcs": ("sms", "rcs"),
    "whatsapp": ("social", "whatsapp"), "messenger": ("social", "messenger"),
}  # fmt: skip
_CONSENT: Mapping[str, Kind] = {"STOP": "opt_out", "START": "opt_in"}
_STOPPED = "21610"  # Twilio refused to send: the customer wrote STOP to this sender
_MOST_MEDIA = 100
_KEPT = {
    "AccountSid": "account", "MessagingServiceSid": "service", "NumSegments": "segments",
    "FromCountry": "country", "OptOutType": "opt_out_type", "MessageType": "type",
    "ReferralSourceId": "referral", "ReferralSourceUrl": "referral_url",
    "ReferralHeadline": "referral_headline",
}  # fmt: skip


class Ends(NamedTuple):
    """The two ends of a message: how it travels, our address, and whose the other one is."""

    channel: Channel
    medium: str
    ours: str | None
    customer: Handle | None

    @property
    def thread(self) -> str | None:
        """Name the conversation: all messages between our address and this customer."""
        return fit(f"{self.medium}:{self.ours}:{self.customer}") if self.ours and self.customer else None


def sid(fields: Mapping[str, str]) -> str:
    """Give the id of the message the form speaks of; empty where it speaks of none."""
    return (fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid") or "").strip()


def is_report(fields: Mapping[str, str]) -> bool:
    """Tell a delivery report from an inbound message."""
    return _state(fields) not in {"", "received", "receiving"}


def read(fields: Mapping[str, str], source: str, at: datetime | None = None) -> list[Event]:
    """Read a form into events; ``at`` is when it happened, where something besides the form tells.

    Malformed where the form names no message.
    """
    if not sid(fields):
        raise Malformed("the form names no MessageSid")
    return _report(fields, source, at) if is_report(fields) else [_message(fields, source, at)]


def _message(fields: Mapping[str, str], source: str, at: datetime | None) -> Event:
    ends = _ends(fields, fields.get("From", ""), fields.get("To", ""))
    body = fields.get("Body") or fields.get("ButtonText") or fields.get("ListTitle")
    attachments, place = _attachments(fields), _location(fields)
    replied = fit(fields.get("OriginalRepliedMessageSid"))
    readable = body or attachments or place
    return Event(
        id=fit_id(sid(fields)),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind=_CONSENT.get(fields.get("OptOutType", "").strip().upper(), "message"),
        direction="in",
        author="customer",
        occurred_at=at,
        customer=_party(ends.customer, fields.get("ProfileName")),
        also=_also(fields, ends.customer),
        provider="twilio",
        provider_event_id=fit(sid(fields)),
        to=fit(ends.ours),
        thread=ends.thread,
        text=fit(body, TEXT),
        text_full=fit(body, TEXT_FULL) if body and len(body) > TEXT else None,
        attachments=attachments,
        payload=fit(fields.get("ButtonPayload") or fields.get("ListId")),
        parents=[replied] if replied else [],
        location=place,
        flags=_flags(fields, bool(readable)),
        attrs=_attrs(fields),
    )


def _report(fields: Mapping[str, str], source: str, at: datetime | None) -> list[Event]:
    ends = _ends(fields, fields.get("To", ""), fields.get("From", ""))
    state, message = _state(fields), sid(fields)
    attrs = _attrs(fields) | {"message_status": fit(state, SHORT)}
    if code := fit(fields.get("ErrorCode"), SHORT):
        attrs |= {"error_code": code, "error": fit(fields.get("ErrorMessage"))}
    report = Event(
        id=fit_id(f"{message}:{state}"),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="status",
        direction="out",
        author="system",
        occurred_at=at,
        customer=_party(ends.customer, None),
        provider="twilio",
        provider_event_id=fit(f"{message}:{state}"),
        to=fit(ends.ours),
        thread=ends.thread,
        target=fit(message),
        status=_STATUS.get(state),
        attrs=attrs,
    )
    if fields.get("ErrorCode") != _STOPPED or ends.customer is None:
        return [report]
    return [report, _opted_out(report, message)]


def _opted_out(report: Event, message: str) -> Event:
    """Say what error 21610 says besides: the customer had withdrawn before we wrote."""
    return Event(
        id=fit_id(f"{message}:opt_out"),
        source=report.source,
        channel=report.channel,
        medium=report.medium,
        kind="opt_out",
        direction="in",
        author="customer",
        occurred_at=report.occurred_at,
        customer=report.customer,
        provider="twilio",
        provider_event_id=fit(f"{message}:opt_out"),
        to=report.to,
        thread=report.thread,
        target=report.target,
    )


def _state(fields: Mapping[str, str]) -> str:
    return (fields.get("MessageStatus") or fields.get("SmsStatus") or "").strip().lower()


def _ends(fields: Mapping[str, str], theirs: str, ours: str) -> Ends:
    """Read both addresses; each may carry the name of its carrier, as ``whatsapp:+14155550100``."""
    carrier, _, value = theirs.rpartition(":")
    our = ours.rpartition(":")[2].strip() or None
    channel, medium = _CARRIERS.get(carrier.strip().lower(), _CARRIERS[""])
    if medium == "messenger":
        scoped = fit(f"{our}/{value.strip()}", 512)
        return Ends(channel, medium, our, Handle("psid", scoped) if our and value and scoped else None)
    handle = handles_tel.read(value)
    if medium == "whatsapp" and (handle is None or handle.type == "wa-bsuid"):
        handle = _whatsapp_number(fields) or handle
    return Ends(channel, medium, our, handle)


def _whatsapp_number(fields: Mapping[str, str]) -> Handle | None:
    """Give the number of ``WaId``, which comes without ``+``; since 2026 it may be no number."""
    digits = fields.get("WaId", "").strip().removeprefix("+")
    handle = handles_tel.read(f"+{digits}")
    return handle if handle and handle.type == "tel" else None


def _also(fields: Mapping[str, str], customer: Handle | None) -> list[Party]:
    """Give the sender's WhatsApp user id where it comes beside the number: the provider vouches for both."""
    for value in (fields.get("ExternalUserId"), fields.get("From", "").rpartition(":")[2]):
        other = handles_tel.read(value)
        if other and customer and other.type == "wa-bsuid" and other != customer:
            return [Party(other.type, other.value, trust="attested")]
    return []


def _party(handle: Handle | None, name: str | None) -> Party | None:
    return Party(handle.type, handle.value, fit(name, SHORT)) if handle else None


def _attachments(fields: Mapping[str, str]) -> list[Attachment]:
    count = int(number(fields.get("NumMedia"), 0, _MOST_MEDIA) or 0)
    return [_attachment(fields, n) for n in range(count) if fields.get(f"MediaUrl{n}")]


def _attachment(fields: Mapping[str, str], n: int) -> Attachment:
    mime = fit(fields.get(f"MediaContentType{n}"), SHORT)
    major = (mime or "").partition("/")[0]
    kind = major if major in {"image", "audio", "video"} else "contact" if mime == "text/vcard" else "file"
    return Attachment(kind=kind, mime=mime, url=fit(fields.get(f"MediaUrl{n}"), 4096), fetch="basic")


def _location(fields: Mapping[str, str]) -> Location | None:
    latitude = number(fields.get("Latitude"), -90, 90)
    longitude = number(fields.get("Longitude"), -180, 180)
    if latitude is None or longitude is None:
        return None
    return Location(latitude, longitude, fit(fields.get("Label")), fit(fields.get("Address"), LINE))


def _flags(fields: Mapping[str, str], readable: bool) -> list[Flag]:
    forwarded = "true" in {fields.get("Forwarded"), fields.get("FrequentlyForwarded")}
    kind = fields.get("MessageType", "").lower()
    flags: list[Flag] = ["forwarded"] if forwarded else []
    if kind == "unsupported" or (kind not in {"", "text"} and not readable):
        flags.append("unsupported")
    return flags


def _attrs(fields: Mapping[str, str]) -> dict[str, Attribute]:
    return {ours: fit(fields[theirs]) for theirs, ours in _KEPT.items() if fields.get(theirs)}
