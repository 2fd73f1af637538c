"""What a message of Sinch Conversation carries, each sort under a name of its own (``text_message``, …)."""

from __future__ import annotations

from channels import wire
from channels.fit import LINE, URL, fit
from channels.wire import Table
from router.model.event import Attachment, Location


def text(content: Table) -> str | None:
    """Give what was written, or stands below a picture, or the carrier wrote instead."""
    paths = (
        ("text_message", "text"), ("media_card_message", "caption"), ("card_message", "title"),
        ("choice_message", "text_message", "text"), ("fallback_message", "raw_message"),
    )  # fmt: skip
    return next((there for path in paths if (there := wire.text(content, *path))), None)


def files(content: Table) -> list[Attachment]:
    """Give the files; their types are told by nobody."""
    parts = [wire.table(content, name) for name in ("media_message", "media_card_message", "sticker_message")]
    return [
        Attachment(kind="file", name=fit(wire.text(part, "filename_override"), LINE), url=fit(url, URL))
        for part in parts
        if (url := wire.text(part, "url"))
    ]


def location(content: Table) -> Location | None:
    """Give the place, its title and its address."""
    there = wire.table(content, "location_message")
    where = wire.table(there, "coordinates")
    return wire.place(
        where.get("latitude"), where.get("longitude"), wire.text(there, "title"), wire.text(there, "label")
    )
