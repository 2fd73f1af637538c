"""A part of a conversation of Intercom: what was said, when, and what came along. The words are HTML."""

from __future__ import annotations

from datetime import datetime

from channels import media, stamps, wire
from channels.email.hypertext import to_text
from channels.fit import LINE, SHORT, URL, fit
from channels.wire import Table
from router.model.event import Attachment

_MOST_FILES = 100


def newest(item: Table, topic: str) -> Table:
    """Give the part that is new: the last one, or where a conversation begins its source."""
    parts = wire.tables(item, "conversation_parts", "conversation_parts")
    if parts and not topic.endswith(".created"):
        return parts[-1]
    return wire.table(item, "source") or wire.table(item, "conversation_message")


def said(item: Table, part: Table) -> datetime | None:
    """Give when it was said; a conversation begins with its source, which has no time of its own."""
    first = part and part in (wire.table(item, "source"), wire.table(item, "conversation_message"))
    return stamps.stamp(part, "created_at") or (stamps.stamp(item, "created_at") if first else None)


def text(part: Table) -> str | None:
    """Give the words of a part; the body is HTML."""
    return to_text(wire.text(part, "body") or "").strip() or None


def files(part: Table) -> list[Attachment]:
    """Give the files."""
    return [
        Attachment(
            kind=media.kind_of(wire.text(one, "content_type")),
            mime=fit(wire.text(one, "content_type"), SHORT),
            name=fit(wire.text(one, "name"), LINE),
            size=max(0, wire.whole(one, "filesize") or 0) or None,
            url=fit(url, URL),
        )
        for one in wire.tables(part, "attachments")
        if (url := wire.text(one, "url"))
    ][:_MOST_FILES]
