"""What is said in a chat of Amazon Connect: texts, files, and what there is to choose from."""

from __future__ import annotations

import msgspec

from channels import media, wire
from channels.fit import LINE, PAYLOAD, SHORT, TEXT, fit, overlong
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Attachment, Event

_INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
_READABLE = frozenset({"", "text/plain", "text/markdown", "application/json"})
_MOST_FILES = 100


def said(event: Event, found: object, content: str | None, mime: str) -> Event:
    """Read a message: a text, files, or something to choose from and what was chosen."""
    files = [_file(each) for each in wire.tables(found, "Attachments")[:_MOST_FILES]]
    base = mime.partition(";")[0].strip().lower()
    shown = base.startswith(_INTERACTIVE)
    text = _shown(content) if shown else content
    readable = text is not None and (shown or base in _READABLE)
    return msgspec.structs.replace(
        event,
        text=fit(text, TEXT),
        text_full=overlong(text),
        payload=fit(content, PAYLOAD) if shown else None,
        attachments=files,
        flags=[] if readable or files else ["unsupported"],
    )


def _shown(content: str | None) -> str | None:
    """Give the words of an interactive message: its title, or what the customer chose."""
    try:
        found = decoded((content or "").encode("utf-8"))
    except Malformed:
        return content
    for path in (
        ("data", "content", "title"),
        ("data", "content", "subtitle"),
        ("actionDetail",),
        ("action",),
    ):
        if text := wire.text(found, *path):
            return text
    return None


def _file(told: wire.Table) -> Attachment:
    mime = fit(wire.text(told, "ContentType"), SHORT)
    return Attachment(
        kind=media.kind_of(mime),
        mime=mime,
        name=fit(wire.text(told, "AttachmentName"), LINE),
        content_id=fit(wire.name(told, "AttachmentId"), LINE),
        fetch="provider",
    )
