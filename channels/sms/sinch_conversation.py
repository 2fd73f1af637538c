"""Sinch Conversation: one callback for all the carriers an app is connected to.

A callback has ``app_id``, times, and one more field that says what it is about. Described at
developers.sinch.com/docs/conversation/callbacks. A contact of Sinch may have several addresses; where a
callback names no address the contact stands for the customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from channels import carriers, stamps, wire
from channels.carriers import Ends
from channels.fit import SHORT, TEXT, TEXT_FULL, fit
from channels.sms import sinch_content
from channels.wire import Table
from router.errors import Malformed
from router.model.event import Attribute, Event, Kind, Status, fit_id
from router.model.handle import Party

_STATUS: Mapping[str, Status] = {
    "QUEUED_ON_CHANNEL": "queued", "DELIVERED": "delivered", "READ": "read", "FAILED": "failed",
    "SWITCHING_CHANNEL": "sent",
}  # fmt: skip
_MESSAGES = ("message", "message_redaction", "message_inbound_smart_conversation_redaction")
_CONSENT: Mapping[str, Kind] = {"opt_in_notification": "opt_in", "opt_out_notification": "opt_out"}
_ENVELOPE = frozenset({"app_id", "project_id", "accepted_time", "event_time", "correlation_id"})
_MOST_PARTS = 8  # a callback has one; each may hash the whole of it
_IGNORED = frozenset({"event_delivery_report"})


class _Callback(NamedTuple):
    """The part of a callback that says what happened, with what all of them share."""

    kind: str
    part: Table
    source: str
    at: datetime | None

    @property
    def ends(self) -> Ends:
        """Give the carrier and the customer: the address if it is told, else the contact."""
        ours = wire.name(self.part, "sender_id") or wire.name(self.part, "channel_identity", "sender_id")
        carrier = wire.text(self.part, "channel_identity", "channel") or ""
        theirs = wire.name(self.part, "channel_identity", "identity")
        if not carrier:
            carrier, theirs = wire.text(self.part, "channel") or "", wire.name(self.part, "identity")
        found = carriers.ends(carrier or "sinch", theirs, ours)
        return found if found.customer else found._replace(customer=self.contact)

    @property
    def contact(self) -> Party | None:
        """Give Sinch's contact, which may have several addresses."""
        contact = self.part.get("contact")
        return carriers.party("sinch-contact", wire.name(self.part, "contact_id") or wire.name(contact, "id"))

    def event(self, native: str, ends: Ends, **fields: Any) -> Event:
        """Make an event; ``native`` is what tells it from all others."""
        contact, conversation = self.contact, wire.name(self.part, "conversation_id")
        return Event(
            id=fit_id(native),
            source=self.source,
            channel=ends.channel,
            medium=ends.medium,
            occurred_at=self.at,
            customer=ends.customer,
            provider="sinch",
            provider_event_id=fit(native),
            to=ends.ours,
            thread=fit(conversation) or (fit(str(contact.handle)) if contact else ends.thread),
            **fields,
        )


def read(found: Table, source: str) -> list[Event]:
    """Read a callback; the part that it has names it. What is not known is kept as a system event."""
    at = next(
        (there for name in ("event_time", "accepted_time") if (there := stamps.stamp(found, name))), None
    )
    parts = [name for name, part in found.items() if isinstance(part, dict) and name not in _ENVELOPE]
    if len(parts) > _MOST_PARTS:
        raise Malformed("there are more parts than a callback has: it is not Sinch's")
    return [
        event
        for name in parts
        if name not in _IGNORED
        for event in _events(_Callback(name, wire.table(found, name), source, at), found)
    ]


def _events(told: _Callback, found: Table) -> list[Event]:
    if told.kind in _MESSAGES:
        if wire.text(told.part, "direction") == "TO_CONTACT":
            return [_sent(told, wire.table(told.part, "app_message"), wire.name(told.part, "id"))]
        return [_message(told, found, wire.table(told.part, "contact_message"))]
    if told.kind == "message_submit_notification":
        content = wire.table(told.part, "submitted_message")
        return [_sent(told, content, wire.name(told.part, "message_id"))]
    if told.kind == "message_delivery_report":
        return [_report(told, found)]
    if told.kind in _CONSENT and not (wire.text(told.part, "status") or "").endswith("_FAILED"):
        native = wire.name(told.part, "request_id") or wire.digest(found)
        kind = _CONSENT[told.kind]
        return [told.event(f"{native}:{kind}", told.ends, kind=kind, direction="in", author="customer")]
    if told.kind == "contact_merge_notification":
        return _merged(told, found)
    return [_other(told, found)]


def _message(told: _Callback, found: Table, content: Table) -> Event:
    native = wire.name(told.part, "id")
    ends, files, place, text = (
        told.ends,
        sinch_content.files(content),
        sinch_content.location(content),
        sinch_content.text(content),
    )
    replied = fit(wire.name(content, "reply_to", "message_id"))
    chosen = wire.table(content, "choice_response_message")
    answered = fit(wire.name(chosen, "message_id"))
    payload = wire.name(chosen, "postback_data")
    readable = text or files or place or payload
    event = told.event(
        native or f"h:{wire.digest(found)}",
        ends,
        kind="message",
        direction="in",
        author="customer",
        text=fit(text, TEXT),
        text_full=fit(text, TEXT_FULL) if text and len(text) > TEXT else None,
        attachments=files,
        payload=fit(payload, 4096) or (None if readable else wire.written(content, 4096)),
        parents=[one for one in (replied, answered) if one],
        location=place,
        flags=[] if readable else ["unsupported"],
        attrs=_about(told),
    )
    return event if native else _nameless(event)


def _sent(told: _Callback, content: Table, native: str) -> Event:
    """Read the copy of what we sent."""
    event = told.event(
        native or f"h:{wire.digest(told.part)}",
        told.ends,
        kind="message",
        direction="out",
        author="unknown",
        text=fit(sinch_content.text(content), TEXT),
        attachments=sinch_content.files(content),
        location=sinch_content.location(content),
        attrs=_about(told),
    )
    return event if native else _nameless(event)


def _report(told: _Callback, found: Table) -> Event:
    state, message = wire.text(told.part, "status") or "", wire.name(told.part, "message_id")
    attrs = _about(told) | {"message_status": fit(state, SHORT)}
    if code := wire.name(told.part, "reason", "code"):
        attrs |= {"error_code": fit(code, SHORT), "error": fit(wire.text(told.part, "reason", "description"))}
    return told.event(
        f"{message or wire.digest(found)}:{state}",
        told.ends,
        kind="status",
        direction="out",
        author="system",
        target=fit(message),
        status=_STATUS.get(state),
        attrs=attrs,
    )


def _merged(told: _Callback, found: Table) -> list[Event]:
    """Tell that Sinch took two of its contacts for one: the one who stays is the customer."""
    stays = carriers.party("sinch-contact", wire.name(told.part, "preserved_contact", "id"))
    gone = carriers.party("sinch-contact", wire.name(told.part, "deleted_contact", "id"))
    if not (stays and gone):
        return [_other(told, found)]
    event = told.event(f"h:{wire.digest(found)}", Ends("chat", "sinch", None, stays), kind="identity_change")
    also = [Party(gone.type, gone.value, trust="attested")]
    return [_nameless(event, also=also, direction="in", author="system")]


def _other(told: _Callback, found: Table) -> Event:
    """Keep what is neither message nor report; a customer who writes is typing, and not kept by the house."""
    inner = next((name for name in wire.table(told.part, "contact_event")), "")
    kind: Kind = "typing" if inner.startswith("composing") else "system"
    event = told.event(
        wire.name(told.part, "id") or f"h:{wire.digest(found)}",
        told.ends,
        kind=kind,
        direction="in" if inner else None,
        author="customer" if inner else "system",
        attrs={"type": fit(inner or told.kind, SHORT)},
    )
    return event if wire.name(told.part, "id") else _nameless(event)


def _about(told: _Callback) -> dict[str, Attribute]:
    return {"contact": told.contact.value} if told.contact else {}


def _nameless(event: Event, **changes: Any) -> Event:
    """Leave the provider's id out where the provider gave none, and it is the hash of the body."""
    return msgspec.structs.replace(event, provider_event_id=None, **changes)
