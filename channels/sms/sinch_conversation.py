"""Sinch Conversation: one callback for all the carriers an app is connected to.

A callback has ``app_id``, times, and one more field that says what it is about. Described at
developers.sinch.com/docs/conversation/callbacks.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import carriers, stamps, wire
from channels.carriers import Ends
from channels.fit import PAYLOAD, SHORT, TEXT, fit, overlong
from channels.sms import sinch_content
from channels.sms.sinch_callback import Callback
from channels.wire import Table
from router.errors import Malformed
from router.model.event import Event, Kind, Status
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
        for event in _events(Callback(name, wire.table(found, name), source, at), found)
    ]


def _events(told: Callback, found: Table) -> list[Event]:
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
        return [told.event(f"{native}:{kind}", found, kind=kind, direction="in", author="customer")]
    if told.kind == "contact_merge_notification":
        return _merged(told, found)
    return [_other(told, found)]


def _message(told: Callback, found: Table, content: Table) -> Event:
    text, files = sinch_content.text(content), sinch_content.files(content)
    place = sinch_content.location(content)
    replied = fit(wire.name(content, "reply_to", "message_id"))
    chosen = wire.table(content, "choice_response_message")
    answered = fit(wire.name(chosen, "message_id"))
    payload = wire.name(chosen, "postback_data")
    readable = text or files or place or payload
    return told.event(
        wire.name(told.part, "id"),
        found,
        kind="message",
        direction="in",
        author="customer",
        text=fit(text, TEXT),
        text_full=overlong(text),
        attachments=files,
        payload=fit(payload, PAYLOAD) or (None if readable else wire.written(content, PAYLOAD)),
        parents=[one for one in (replied, answered) if one],
        location=place,
        flags=[] if readable else ["unsupported"],
        attrs=told.about,
    )


def _sent(told: Callback, content: Table, native: str) -> Event:
    """Read the copy of what we sent."""
    return told.event(
        native,
        told.part,
        kind="message",
        direction="out",
        author="unknown",
        text=fit(sinch_content.text(content), TEXT),
        attachments=sinch_content.files(content),
        location=sinch_content.location(content),
        attrs=told.about,
    )


def _report(told: Callback, found: Table) -> Event:
    state, message = wire.text(told.part, "status") or "", wire.name(told.part, "message_id")
    attrs = told.about | {"message_status": fit(state, SHORT)}
    if code := wire.name(told.part, "reason", "code"):
        attrs |= {"error_code": fit(code, SHORT), "error": fit(wire.text(told.part, "reason", "description"))}
    return told.event(
        f"{message or wire.digest(found)}:{state}",
        found,
        kind="status",
        direction="out",
        author="system",
        target=fit(message),
        status=_STATUS.get(state),
        attrs=attrs,
    )


def _merged(told: Callback, found: Table) -> list[Event]:
    """Tell that Sinch took two of its contacts for one: the one who stays is the customer."""
    stays = carriers.party("sinch-contact", wire.name(told.part, "preserved_contact", "id"))
    gone = carriers.party("sinch-contact", wire.name(told.part, "deleted_contact", "id"))
    if not (stays and gone):
        return [_other(told, found)]
    also = [Party(gone.type, gone.value, trust="attested")]
    ends = Ends("chat", "sinch", None, stays)
    about = {"kind": "identity_change", "direction": "in", "author": "system", "also": also}
    return [told.event("", found, ends, **about)]


def _other(told: Callback, found: Table) -> Event:
    """Keep what is neither message nor report; a customer who writes is typing, and not kept by the house."""
    inner = next((name for name in wire.table(told.part, "contact_event")), "")
    kind: Kind = "typing" if inner.startswith("composing") else "system"
    reaction = wire.table(told.part, "contact_event", "reaction_event")
    if reaction:
        kind = "reaction_removed" if "UNREACT" in (wire.text(reaction, "action") or "") else "reaction"
    return told.event(
        wire.name(told.part, "id"),
        found,
        kind=kind,
        text=fit(wire.text(reaction, "emoji"), SHORT),
        target=fit(wire.name(reaction, "message_id")),
        direction="in" if inner else None,
        author="customer" if inner else "system",
        attrs={"type": fit(inner or told.kind, SHORT)},
    )
