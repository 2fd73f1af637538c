"""MessageBird Conversations and Bird webhooks: JSON for every carrier they connect.

Conversations posts ``{type, contact, conversation, message}``, Bird ``{service, event, payload}``; both are
described at developers.messagebird.com/api/conversations and docs.bird.com/api (webhook subscriptions).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from channels import carriers, stamps, wire
from channels.carried import Carried
from channels.carriers import Ends
from channels.fit import PAYLOAD, SHORT, fit, kept
from channels.sms import messagebird_content
from channels.wire import Table
from router.errors import Malformed
from router.model.event import Attribute, Event, Status

_STATUS: Mapping[str, Status] = {
    "pending": "queued", "accepted": "queued", "processing": "queued", "scheduled": "queued",
    "transmitted": "sent", "sent": "sent", "buffered": "sent",
    "delivered": "delivered", "read": "read", "failed": "failed", "rejected": "failed", "deleted": "failed",
    "expired": "failed", "delivery_failed": "failed", "sending_failed": "failed",
}  # fmt: skip
_INBOUND = frozenset({"received", "incoming"})
_OUTBOUND = frozenset({"sent", "outgoing"})


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
    carried, inward = Carried("messagebird", source, ends), wire.text(message, "direction") in _INBOUND
    if report and not inward:
        return carried.report(
            f"{native}:{state}",
            native,
            occurred_at=_first(message, "updatedDatetime", "lastStatusAt"),
            status=_STATUS.get(state),
            attrs=_attrs(message, state),
        )
    text, files = messagebird_content.text(content), messagebird_content.files(content)
    place = messagebird_content.location(content)
    return carried.message(
        native,
        text,
        direction="in" if inward else "out",
        author="customer" if inward else "unknown",
        occurred_at=_first(message, "createdDatetime", "createdAt"),
        attachments=files,
        payload=fit(wire.name(content, "interactive", "reply", "id"), PAYLOAD),
        location=place,
        flags=[] if text or files or place else ["unsupported"],
        attrs=_attrs(message, state),
    )


def _first(message: Table, *names: str) -> datetime | None:
    """Give the first of these times that is there."""
    return next((there for name in names if (there := stamps.stamp(message, name))), None)


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


def _attrs(message: Table, state: str) -> dict[str, Attribute]:
    told = {
        "message_status": state,
        "type": wire.text(message, "type") or wire.text(message, "body", "type"),
        "error_code": wire.name(message, "error", "code") or wire.name(message, "failure", "code"),
        "reference": wire.name(message, "reference"),
    }
    return kept(told, SHORT)
