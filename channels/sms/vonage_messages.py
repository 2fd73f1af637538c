"""Vonage Messages API: one JSON for SMS, MMS, RCS, WhatsApp, Messenger and Viber, messages and their states.

Described at developer.vonage.com/en/api/messages (inbound message, message status). Version 0.1 puts the
addresses into objects and the message into ``message.content``; it is read as the version after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import carriers, stamps, wire
from channels.carried import Carried
from channels.fit import SHORT, fit, kept
from channels.sms import vonage_content
from channels.wire import Table
from router.errors import Malformed
from router.model.event import Attribute, Event, Kind, Status

_STATUS: Mapping[str, Status] = {
    "submitted": "sent", "delivered": "delivered", "read": "read", "undeliverable": "failed",
    "rejected": "failed", "failed": "failed", "expired": "failed",
}  # fmt: skip


def read(found: Table, source: str) -> list[Event]:
    """Read a webhook; calls and conversations make no event. Malformed where it is not Vonage's."""
    native = wire.name(found, "message_uuid")
    if native:
        found = _modern(found)
        return [_report(found, native, source) if "status" in found else _message(found, native, source)]
    if wire.name(found, "uuid") or wire.name(found, "conversation_uuid"):
        return []
    raise Malformed("there is no message_uuid: it is not the Messages API's")


def _modern(found: Table) -> Table:
    """Write version 0.1 as version 1."""
    sender, receiver = wire.table(found, "from"), wire.table(found, "to")
    if not (sender or receiver):
        return found
    content = wire.table(found, "message", "content")
    return {
        **found,
        **content,
        "message_type": wire.text(content, "type"),
        "channel": wire.text(sender, "type") or wire.text(receiver, "type"),
        "from": wire.name(sender, "number") or wire.name(sender, "id"),
        "to": wire.name(receiver, "number") or wire.name(receiver, "id"),
    }


def _message(found: Table, native: str, source: str) -> Event:
    name = wire.text(found, "profile", "name")
    ends = carriers.ends(_channel(found), wire.name(found, "from"), wire.name(found, "to"), name)
    text, files = vonage_content.text(found), vonage_content.files(found)
    place, kind = vonage_content.location(found), _kind(found)
    about = fit(wire.name(found, "context", "message_uuid"))
    readable = text or files or place or kind != "message"
    return Carried("vonage", source, ends).message(
        native,
        text,
        kind=kind,
        occurred_at=stamps.stamp(found, "timestamp"),
        target=about if kind != "message" else None,
        attachments=files,
        payload=vonage_content.payload(found),
        parents=[about] if about and kind == "message" else [],
        location=place,
        flags=[] if readable else ["unsupported"],
        attrs=_attrs(found),
    )


def _report(found: Table, native: str, source: str) -> Event:
    """Read a state of a message of ours: it went from us to the customer."""
    state = (wire.text(found, "status") or "").lower()
    ends = carriers.ends(_channel(found), wire.name(found, "to"), wire.name(found, "from"))
    code = wire.name(found, "error", "title") or wire.name(found, "error", "code")
    failed: dict[str, Attribute] = {"error_code": fit(code, SHORT)} if code else {}
    return Carried("vonage", source, ends).report(
        f"{native}:{state}",
        native,
        occurred_at=stamps.stamp(found, "timestamp"),
        status=_STATUS.get(state),
        attrs=_attrs(found) | failed | {"message_status": fit(state, SHORT)},
    )


def _channel(found: Table) -> str:
    return wire.text(found, "channel") or "sms"


def _kind(found: Table) -> Kind:
    if wire.text(found, "message_type") != "reaction":
        return "message"
    return "reaction_removed" if wire.text(found, "reaction", "action") == "unreact" else "reaction"


def _attrs(found: Table) -> dict[str, Attribute]:
    told = {
        "type": wire.text(found, "message_type"),
        "reference": wire.name(found, "client_ref"),
        "keyword": wire.text(found, "sms", "keyword"),
        "network": wire.name(found, "origin", "network_code"),
        "referral": wire.name(found, "whatsapp", "referral", "source_id"),
    }
    return kept(told)
