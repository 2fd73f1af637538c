"""What a message of MessageBird Conversations, or of Bird, carries: each sort under a name of its own."""

from __future__ import annotations

from channels import wire
from channels.fit import LINE, SHORT, URL, fit
from channels.wire import Table
from router.model.event import Attachment, Location

_FILES = ("image", "video", "audio", "file", "whatsappSticker", "gif", "images", "files")
_MOST_FILES = 100


def text(content: Table) -> str | None:
    """Give what was written, chosen, or stands below a picture."""
    there = content.get("text")
    paths = [("text", "text"), ("interactive", "reply", "text"), ("interactive", "reply", "title")]
    paths += [(kind, part) for kind in _FILES for part in ("caption", "text")]
    found = (wire.text(content, *path) for path in paths)
    return there if isinstance(there, str) and there else next((one for one in found if one), None)


def files(content: Table) -> list[Attachment]:
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
        url=fit(url, URL),
        fetch="bearer",
    )


def location(content: Table) -> Location | None:
    """Give the place."""
    there = wire.table(content, "location")
    there = wire.table(there, "coordinates") or there
    return wire.place(
        there.get("latitude"), there.get("longitude"), wire.text(there, "name"), wire.text(there, "address")
    )
