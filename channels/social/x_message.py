"""Direct messages of X: said, seen, being written; of those encrypted from end to end we see that they are.

Times are milliseconds since 1970, as text.
"""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

import msgspec

from channels import batch, stamps, wire
from channels.fit import PAYLOAD, SHORT, TEXT, URL, fit
from channels.social.x_account import XAccount
from channels.wire import Table
from router.model.event import Attachment, Event

_BETWEEN = re.compile(r"[:-]")
_SAID_AT = ("created_at", "created_timestamp", "created_at_msec")


def message(us: XAccount, entry: object) -> list[Event]:
    """Read a direct message; Invalid where it has no id. Those of another kind make no event."""
    found = batch.record(entry)
    if (wire.text(found, "type") or "message_create") != "message_create":
        return []
    body = wire.table(found, "message_create")
    sender, receiver = wire.name(body, "sender_id"), wire.name(body, "target", "recipient_id")
    data = wire.table(body, "message_data")
    at = stamps.stamp(found, "created_timestamp")
    return [_said(us, batch.native(found, "id"), (sender, receiver), data, at)]


def seen(us: XAccount, entry: object) -> list[Event]:
    """Read that somebody saw the messages up to one."""
    found = batch.record(entry)
    who, last = wire.name(found, "sender_id"), batch.native(found, "last_read_event_id")
    return [_sign(us, f"{last}:read:{who}", found, kind="read", target=fit(last), status="read")]


def typing(us: XAccount, entry: object) -> list[Event]:
    """Read that somebody writes."""
    found = batch.record(entry)
    return [_sign(us, f"h:{wire.digest(found)}", found, kind="typing")]


def activity(data: Table, kind: str, us: XAccount) -> Event:
    """Read one event of the X Activity API whose payload is the message itself.

    ``chat.`` is encrypted from end to end: that something was said is all there is to know.
    """
    found = wire.table(data, "payload")
    uuid = wire.text(data, "event_uuid") or f"h:{wire.digest(data)}"
    native = wire.name(found, "id") or wire.name(found, "dm_event_id") or uuid
    if kind in {"dm.read", "dm.indicate_typing"}:
        sign = "read" if kind == "dm.read" else "typing"
        last = wire.name(found, "last_read_event_id") or wire.name(found, "id")
        return _sign(us, f"{uuid}:{sign}", found, kind=sign, target=fit(last) if sign == "read" else None)
    if kind not in {"dm.received", "dm.sent", "chat.received", "chat.sent"}:
        return other(data, kind, us)
    sender = wire.name(found, "sender_id")
    if not sender and kind.endswith(".sent"):
        sender = us.ours
    conversation = wire.name(found, "dm_conversation_id") or wire.name(found, "conversation_id")
    receiver = wire.name(found, "recipient_id") or wire.name(found, "target", "recipient_id")
    receiver = receiver or _other_end(conversation, us.ours)
    at = next((there for name in _SAID_AT if (there := stamps.stamp(found, name))), None)
    event = _said(us, native, (sender, receiver), found, at)
    return msgspec.structs.replace(event, thread=event.thread or fit(conversation))


def _other_end(conversation: str, ours: str) -> str:
    """Give with whom we talk: a conversation of two is named by both ids, that of a group names nobody."""
    ends = _BETWEEN.split(conversation)
    others = [end for end in ends if end.isdecimal() and end != ours]
    return others[0] if len(ends) == 2 and len(others) == 1 and ours in ends else ""  # noqa: PLR2004 - of two


def other(data: Table, kind: str, us: XAccount) -> Event:
    """Keep what is no message: a profile that changed, a follower, what X invents tomorrow."""
    native = wire.text(data, "event_uuid") or f"h:{wire.digest(data)}"
    return us.event(native, kind="system", author="system", attrs={"type": fit(kind, SHORT)})


def _said(us: XAccount, native: str, way: tuple[str, str], data: Table, at: datetime | None) -> Event:
    sender, receiver = way
    outward = bool(us.ours) and sender == us.ours
    other_end = receiver if outward else sender
    text = html.unescape(wire.text(data, "text") or "")
    files = _files(data)
    chosen = wire.name(data, "quick_reply_response", "metadata")
    return us.event(
        native,
        kind="message",
        direction="out" if outward else "in",
        author="unknown" if outward else "customer",
        occurred_at=at,
        customer=us.person(other_end),
        thread=us.thread(other_end),
        text=fit(text, TEXT),
        attachments=files,
        payload=fit(chosen, PAYLOAD),
        flags=[] if text or files or outward else ["unsupported"],
    )


def _sign(us: XAccount, native: str, found: Table, **fields: Any) -> Event:
    """Read what somebody did without words; in what we did ourselves the other end is the customer."""
    sender = wire.name(found, "sender_id")
    outward = bool(us.ours) and sender == us.ours
    other_end = wire.name(found, "target", "recipient_id") if outward else sender
    return us.event(
        native,
        direction="out" if outward else "in",
        author="unknown" if outward else "customer",
        occurred_at=stamps.stamp(found, "created_timestamp"),
        customer=us.person(other_end),
        thread=us.thread(other_end),
        **fields,
    )


def _files(data: Table) -> list[Attachment]:
    media = [wire.table(data, "attachment", "media"), *wire.tables(data, "attachments", "media")]
    return [
        Attachment(kind=_kind(wire.text(one, "type")), url=fit(url, URL), fetch="provider")
        for one in media
        if (url := wire.text(one, "media_url_https") or wire.text(one, "url"))
    ]


def _kind(told: str | None) -> str:
    return {"photo": "image", "animated_gif": "image", "video": "video"}.get(told or "", "file")
