"""Attachments: what came along, described; the bytes stay in the raw mail."""

from __future__ import annotations

from collections.abc import Iterable

from channels import media
from channels.email.fields import cut_head, words
from channels.email.mime import Part
from router.model.event import Attachment

MAX_ATTACHMENTS = 100


def describe(parts: Iterable[Part]) -> list[Attachment]:
    """Describe the parts that are not the body, at most MAX_ATTACHMENTS."""
    found: list[Attachment] = []
    for part in parts:
        if len(found) == MAX_ATTACHMENTS:
            break
        found.append(_attachment(part))
    return found


def _attachment(part: Part) -> Attachment:
    content = part.content()
    return Attachment(
        kind=media.kind_of(part.mime),
        mime=part.mime,
        name=part.name() or _subject(part.mime, content),
        size=len(content),
        inline=part.disposition() == "inline",
        content_id=_content_id(part),
    )


def _subject(mime: str, content: bytes) -> str | None:
    """Name a mail within the mail by its subject."""
    if mime != "message/rfc822":
        return None
    return words(cut_head(content.lstrip())[0].first("subject") or "") or None


def _content_id(part: Part) -> str | None:
    return words((part.head.first("content-id") or "").strip("<> ")) or None
