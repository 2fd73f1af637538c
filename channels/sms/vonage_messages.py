"""Vonage Messages API: one JSON for SMS, MMS, RCS, WhatsApp, Messenger and Viber, messages and their states.

Described at developer.vonage.com/en/api/messages (inbound message, message status). Version 0.1 puts the
addresses into objects and the message into ``message.content``; it is read as the version after it.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import carriers, stamps, wire
from channels.carriers import Ends
from channels.fit import LINE, SHORT, TEXT, TEXT_FULL, fit
from channels.wire import Table
from router.errors import Malformed
from router.model.event import Attachment, Attribute, Event, Kind, Location, Status, fit_id

_STATUS: Mapping[str, Status] = {
    "submitted": "sent", "delivered": "delivered", "read": "read", "undeliverable": "failed",
    "rejected": "failed", "failed": "failed", "expired": "failed",
}  # fmt: skip
_FILES: Mapping[str, str] = {
    "image": "image", "audio": "audio", "video": "video", "sticker": "sticker", "file": "file",
    "vcard": "contact",
}  # fmt: skip
_MOST_FILES = 100


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
    files, place, text = _files(found), _location(found), _text(found)
    kind = _kind(found)
    about = fit(wire.name(found, "context", "message_uuid"))
    readable = text or files or place or kind != "message"
    return Event(
        id=fit_id(native),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind=kind,
        direction="in",
        author="customer",
        occurred_at=stamps.stamp(found, "timestamp"),
        customer=ends.customer,
        provider="vonage",
        provider_event_id=fit(native),
        to=ends.ours,
        thread=ends.thread,
        target=about if kind != "message" else None,
        text=fit(text, TEXT),
        text_full=fit(text, TEXT_FULL) if text and len(text) > TEXT else None,
        attachments=files,
        payload=_payload(found),
        parents=[about] if about and kind == "message" else [],
        location=place,
        flags=[] if readable else ["unsupported"],
        attrs=_attrs(found),
    )


def _report(found: Table, native: str, source: str) -> Event:
    """Read a state of a message of ours: it went from us to the customer."""
    state = (wire.text(found, "status") or "").lower()
    ends: Ends = carriers.ends(_channel(found), wire.name(found, "to"), wire.name(found, "from"))
    code = wire.name(found, "error", "title") or wire.name(found, "error", "code")
    failed: dict[str, Attribute] = {"error_code": fit(code, SHORT)} if code else {}
    return Event(
        id=fit_id(f"{native}:{state}"),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="status",
        direction="out",
        author="system",
        occurred_at=stamps.stamp(found, "timestamp"),
        customer=ends.customer,
        provider="vonage",
        provider_event_id=fit(f"{native}:{state}"),
        to=ends.ours,
        thread=ends.thread,
        target=fit(native),
        status=_STATUS.get(state),
        attrs=_attrs(found) | failed | {"message_status": fit(state, SHORT)},
    )


def _channel(found: Table) -> str:
    return wire.text(found, "channel") or "sms"


def _kind(found: Table) -> Kind:
    if wire.text(found, "message_type") != "reaction":
        return "message"
    return "reaction_removed" if wire.text(found, "reaction", "action") == "unreact" else "reaction"


def _text(found: Table) -> str | None:
    """Give what the customer wrote, or the title of what they chose, or what stands below a picture."""
    paths = [("text",), ("reply", "title"), ("button", "text"), ("reaction", "emoji")]
    paths += [(kind, "caption") for kind in _FILES]
    return next((there for path in paths if (there := wire.text(found, *path))), None)


def _payload(found: Table) -> str | None:
    chosen = wire.text(found, "button", "payload") or wire.text(found, "reply", "id")
    return fit(chosen, 4096) or wire.written(wire.table(found, "order"), 4096)


def _files(found: Table) -> list[Attachment]:
    """Give the files: one under the name of its kind, or several in ``content``."""
    named = [(kind, wire.table(found, kind)) for kind in _FILES]
    named += [(wire.text(part, "type") or "", part) for part in wire.tables(found, "content")]
    return [
        Attachment(
            kind=_FILES[kind],
            mime=fit(wire.text(part, "mime_type"), SHORT),
            name=fit(wire.text(part, "name"), LINE),
            url=fit(wire.text(part, "url"), 4096),
            fetch="bearer",
        )
        for kind, part in named
        if kind in _FILES and wire.text(part, "url")
    ][:_MOST_FILES]


def _location(found: Table) -> Location | None:
    there = wire.table(found, "location")
    latitude = there.get("lat", there.get("latitude"))
    longitude = there.get("long", there.get("longitude"))
    return wire.place(latitude, longitude, wire.text(there, "name"), wire.text(there, "address"))


def _attrs(found: Table) -> dict[str, Attribute]:
    told = {
        "type": wire.text(found, "message_type"),
        "reference": wire.name(found, "client_ref"),
        "keyword": wire.text(found, "sms", "keyword"),
        "network": wire.name(found, "origin", "network_code"),
        "referral": wire.name(found, "whatsapp", "referral", "source_id"),
    }
    return {name: fit(there) for name, there in told.items() if there}
