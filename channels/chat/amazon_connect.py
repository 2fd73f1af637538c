"""Amazon Connect's chats, as real-time message streaming publishes them to SNS.

Described at docs.aws.amazon.com/connect/latest/adminguide/sns-payload.html. A participant is known for
one chat only, so nobody's handle is made of it: a chat's messages are joined by ``InitialContactId``.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from channels import wire
from channels.chat import amazon_connect_content
from channels.email.dates import read_date
from channels.fit import TEXT, fit, kept
from router.model.event import Attribute, Author, Direction, Event, Kind, Status, fit_id
from router.ports import Account

_ROLES: Mapping[str, tuple[Direction | None, Author]] = {
    "CUSTOMER": ("in", "customer"), "AGENT": ("out", "agent"), "SUPERVISOR": ("out", "agent"),
    "SYSTEM": ("out", "system"), "CUSTOM_BOT": ("out", "bot"), "": (None, "unknown"),
}  # fmt: skip
_EVENTS = "application/vnd.amazonaws.connect.event."
_KINDS: Mapping[str, Kind] = {
    "typing": "typing", "participant.joined": "participant", "participant.left": "participant",
    "participant.invited": "participant", "transfer.succeeded": "transfer",
}  # fmt: skip
_STATES: Mapping[str, Status] = {
    "message.delivered": "delivered",
    "message.read": "read",
    "chat.ended": "ended",
}


def is_chat(found: object) -> bool:
    """Tell whether a message of SNS is one of a chat."""
    return bool(wire.name(found, "ContactId")) and bool(
        wire.text(found, "ParticipantRole") or wire.text(found, "Type")
    )


def read(found: object, visibility: str | None, account: Account) -> list[Event]:
    """Read a message or an event of a chat; ``visibility`` says to whom it is shown, and is not signed."""
    role = (wire.text(found, "ParticipantRole") or "").upper()
    direction, author = _ROLES.get(role, _ROLES[""])
    content, mime = wire.text(found, "Content"), wire.text(found, "ContentType") or ""
    what = mime.removeprefix(_EVENTS) if mime.startswith(_EVENTS) else ""
    if what == "connection.acknowledged":
        return []
    name = wire.name(found, "Id")
    event = Event(
        id=fit_id(name or wire.digest(found)),
        source=account.source,
        channel="chat",
        medium="amazon_connect",
        kind="message",
        direction=direction,
        author=author,
        occurred_at=read_date(wire.text(found, "AbsoluteTime")),
        provider=account.provider,
        provider_event_id=fit(name),
        thread=fit(wire.name(found, "InitialContactId") or wire.name(found, "ContactId")),
        attrs=_attrs(found, role, visibility),
    )
    if what or wire.text(found, "Type") == "EVENT":
        return [_happened(event, what, content)]
    if wire.text(found, "Type") == "MESSAGEMETADATA":
        return [_receipt(event, found)]
    return [amazon_connect_content.said(event, found, content, mime)]


def _happened(event: Event, what: str, content: str | None) -> Event:
    """Read what happened in a chat: somebody types, comes, leaves, hands it on, or it ends."""
    kind = _KINDS.get(what, "system")
    direction = event.direction if kind == "typing" else "internal"
    status = _STATES.get(what)
    return msgspec.structs.replace(
        event,
        kind=kind,
        direction=direction,
        author=event.author if kind == "typing" else "system",
        status=status,
        text=fit(content, TEXT),
        attrs=event.attrs | {"event": what or None},
    )


def _receipt(event: Event, found: object) -> Event:
    """Read that a message arrived or was read; the last of both counts."""
    told = wire.table(found, "MessageMetadata")
    receipts = wire.tables(told, "Receipts")
    read_at = [at for each in receipts if (at := wire.text(each, "ReadTimestamp"))]
    came_at = [at for each in receipts if (at := wire.text(each, "DeliveredTimestamp"))]
    target = wire.name(told, "MessageId")
    when = read_date(max(read_at or came_at, default=None))
    return msgspec.structs.replace(
        event,
        id=fit_id(f"{target}:{'read' if read_at else 'delivered'}") if target else event.id,
        kind="status",
        direction="out",
        author="system",
        occurred_at=when or event.occurred_at,
        target=fit(target),
        status="read" if read_at else "delivered",
    )


def _attrs(found: object, role: str, visibility: str | None) -> dict[str, Attribute]:
    told = {
        "name": wire.text(found, "DisplayName"),
        "role": role,
        "participant": wire.name(found, "ParticipantId"),
        "contact": wire.name(found, "ContactId"),
        "visibility": visibility,
    }
    return kept(told)
