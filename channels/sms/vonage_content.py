"""What a message of Vonage's Messages API carries: words, what was chosen, files, a place."""

from __future__ import annotations

from collections.abc import Mapping

from channels import wire
from channels.fit import LINE, PAYLOAD, SHORT, URL, fit
from channels.wire import Table
from router.model.event import Attachment, Location

_FILES: Mapping[str, str] = {
    "image": "image", "audio": "audio", "video": "video", "sticker": "sticker", "file": "file",
    "vcard": "contact",
}  # fmt: skip
_MOST_FILES = 100


def text(found: Table) -> str | None:
    """Give what the customer wrote, or the title of what they chose, or what stands below a picture."""
    paths = [("text",), ("reply", "title"), ("button", "text"), ("reaction", "emoji")]
    paths += [(kind, "caption") for kind in _FILES]
    said = [wire.text(found, *path) for path in paths]
    said += [wire.text(part, name) for part in wire.tables(found, "content") for name in ("text", "caption")]
    return next((there for there in said if there), None)


def payload(found: Table) -> str | None:
    """Give what the customer chose as we had named it, or what they ordered."""
    chosen = wire.text(found, "button", "payload") or wire.text(found, "reply", "id")
    return fit(chosen, PAYLOAD) or wire.written(wire.table(found, "order"), PAYLOAD)


def files(found: Table) -> list[Attachment]:
    """Give the files: one under the name of its kind, or several in ``content``."""
    named = [(kind, wire.table(found, kind)) for kind in _FILES]
    named += [(wire.text(part, "type") or "", part) for part in wire.tables(found, "content")]
    return [
        Attachment(
            kind=_FILES[kind],
            mime=fit(wire.text(part, "mime_type"), SHORT),
            name=fit(wire.text(part, "name"), LINE),
            url=fit(wire.text(part, "url"), URL),
            fetch="bearer",
        )
        for kind, part in named
        if kind in _FILES and wire.text(part, "url")
    ][:_MOST_FILES]


def location(found: Table) -> Location | None:
    """Give the place."""
    there = wire.table(found, "location")
    latitude = there.get("lat", there.get("latitude"))
    longitude = there.get("long", there.get("longitude"))
    return wire.place(latitude, longitude, wire.text(there, "name"), wire.text(there, "address"))
