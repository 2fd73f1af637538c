"""MessageBird Conversations and Bird webhooks: JSON for every carrier they connect.

Conversations posts ``{type, contact, conversation, message}``, Bird ``{service, event, payload}``; both are
described at developers.messagebird.com/api/conversations and docs.bird.com/api (webhook subscriptions).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from channels import carriers, stamps, wire
from channels.carriers import Ends
from channels.fit import LINE, SHORT, TEXT, TEXT_FULL, fit
from channels.wire import Table
from router.errors import Malformed
from router.model.event import Attachment, Attribute, Direction, Event, Location, Status, fit_id

_STATUS: Mapping[str, Status] = {
    "pending": "queued", "accepted": "queued", "processing": "queued", "scheduled": "queued",
    "transmitted": "sent", "sent": "sent", "buffered": "sent",
    "delivered": "delivered", "read": "read", "failed": "failed", "rejected": "failed", "deleted": "failed",
    "expired": "failed", "delivery_failed": "failed", "sending_failed": "failed",
}  # fmt: skip
_INBOUND = frozenset({"received", "incoming"})
_OUTBOUND = frozenset({"sent", "outgoing"})
_FILES = ("image", "video", "audio", "file", "whatsappSticker", "gif", "images", "files")
_MOST_FILES = 100


def read(found: object, source: str) -> list[Event]:
    """Read a webhook; Malformed where it is neither Conversations' nor Bird's."""
    if isinstance(found, dict) and wire.text(found, "type"):
        return _conversations(found, source)
    if isinstance(found, dict) and wire.text(found, "service") and wire.text(found, "event"):
        return _bird(found, source)
    if isinstance(found, dict) and ({"items", "callFlowId", "callFlow"} & found.keys()):
        return []  # the Voice API's, which names calls but nobody
    raise Malformed("there is no type, service or event: it is not MessageBird's")


def _conversations(found: Table, source: str) -> list[Event]:
    message = wire.table(found, "message")
    native = wire.name(message, "id")
    if not native:
        return [_system(found, wire.text(found, "type") or "", source)]
    contact = wire.table(found, "contact")
    name = wire.text(contact, "displayName") or wire.text(contact, "firstName")
    outward = wire.text(message, "direction") in _OUTBOUND
    theirs = wire.name(message, "to" if outward else "from") or wire.name(contact, "msisdn")
    ours = wire.name(message, "from" if outward else "to") or wire.name(message, "channelId")
    ends = carriers.ends(wire.text(message, "platform") or "", theirs, ours, name)
    thread = wire.name(message, "conversationId") or wire.name(found, "conversation", "id")
    content = wire.table(message, "content")
    changed = wire.text(found, "type") in {"message.updated", "message.status"}
    event = _event(message, content, ends, source, report=changed)
    return [msgspec.structs.replace(event, thread=fit(thread) or event.thread)]


def _bird(found: Table, source: str) -> list[Event]:
    payload, kind = wire.table(found, "payload"), wire.text(found, "event") or ""
    if not wire.name(payload, "id") or not kind.endswith((".inbound", ".outbound")):
        return [_system(found, kind, source)]
    outward = kind.endswith(".outbound")
    end = wire.table(payload, "receiver" if outward else "sender")
    contact = wire.table(end, "contact") or next(iter(wire.tables(end, "contacts")), wire.NONE)
    theirs, ours = wire.name(contact, "identifierValue"), wire.name(payload, "channelId")
    name = wire.text(contact, "annotations", "name")
    ends = carriers.ends(kind.partition(".")[0], theirs, ours, name)
    kind_of_body = wire.text(payload, "body", "type") or ""
    content = {kind_of_body: wire.table(payload, "body", kind_of_body)}
    return [_event(payload, content, ends, source, report=outward)]


def _event(message: Table, content: Table, ends: Ends, source: str, *, report: bool) -> Event:
    """Make a message, or a state of one of ours; what we sent and is no report is an echo."""
    native, state = wire.name(message, "id"), (wire.text(message, "status") or "").lower()
    way: Direction = "in" if wire.text(message, "direction") in _INBOUND else "out"
    told = report and way == "out"
    text, files, place = _text(content), _files(content), _location(content)
    at = ("updatedDatetime", "lastStatusAt") if told else ("createdDatetime", "createdAt")
    when = next((there for name in at if (there := stamps.stamp(message, name))), None)
    unread = not (told or text or files or place)
    return Event(
        id=fit_id(f"{native}:{state}" if told else native),
        source=source,
        channel=ends.channel,
        medium=ends.medium,
        kind="status" if told else "message",
        direction=way,
        author="system" if told else "customer" if way == "in" else "unknown",
        occurred_at=when,
        customer=ends.customer,
        provider="messagebird",
        provider_event_id=fit(f"{native}:{state}" if told else native),
        to=ends.ours,
        thread=ends.thread,
        target=fit(native) if told else None,
        text=None if told else fit(text, TEXT),
        text_full=fit(text, TEXT_FULL) if text and len(text) > TEXT and not told else None,
        attachments=[] if told else files,
        payload=None if told else fit(wire.name(content, "interactive", "reply", "id"), 4096),
        location=None if told else place,
        status=_STATUS.get(state) if told else None,
        flags=["unsupported"] if unread else [],
        attrs=_attrs(message, state),
    )


def _system(found: Table, kind: str, source: str) -> Event:
    """Keep what speaks of no message; its id is its hash, since it has none."""
    return Event(
        id=f"h:{wire.digest(found)}",
        source=source,
        kind="system",
        author="system",
        provider="messagebird",
        thread=fit(wire.name(found, "conversation", "id")),
        attrs={"type": fit(kind, SHORT)},
    )


def _text(content: Table) -> str | None:
    """Give what was written, chosen, or stands below a picture."""
    there = content.get("text")
    paths = [("text", "text"), ("interactive", "reply", "text"), ("interactive", "reply", "title")]
    paths += [(kind, part) for kind in _FILES for part in ("caption", "text")]
    found = (wire.text(content, *path) for path in paths)
    return there if isinstance(there, str) and there else next((one for one in found if one), None)


def _files(content: Table) -> list[Attachment]:
    """Give the files; Bird lists several of a kind under its name."""
    found = []
    for kind in _FILES:
        listed = wire.tables(content, kind, kind) or wire.tables(content, kind)
        found += [file for part in listed if (file := _file(part, kind))]
    return found[:_MOST_FILES]


def _file(part: Table, kind: str) -> Attachment | None:
    url = wire.text(part, "url") or wire.text(part, "mediaUrl") or wire.text(part, "link")
    if not url:
        return None
    return Attachment(
        kind="sticker" if kind == "whatsappSticker" else kind.rstrip("s"),
        mime=fit(wire.text(part, "contentType"), SHORT),
        name=fit(wire.text(part, "filename"), LINE),
        url=fit(url, 4096),
        fetch="bearer",
    )


def _location(content: Table) -> Location | None:
    there = wire.table(content, "location")
    there = wire.table(there, "coordinates") or there
    return wire.place(
        there.get("latitude"), there.get("longitude"), wire.text(there, "name"), wire.text(there, "address")
    )


def _attrs(message: Table, state: str) -> dict[str, Attribute]:
    told = {
        "message_status": state,
        "type": wire.text(message, "type") or wire.text(message, "body", "type"),
        "error_code": wire.name(message, "error", "code") or wire.name(message, "failure", "code"),
        "reference": wire.name(message, "reference"),
    }
    return {name: fit(there, SHORT) for name, there in told.items() if there}
