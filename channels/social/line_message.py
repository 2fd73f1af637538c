"""A message on LINE: as it is said, edited and withdrawn; and the buttons that stand below one.

A message is known by its own id, which an edit or a withdrawal names.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import batch, wire
from channels.fit import PAYLOAD, TEXT, URL, fit, kept
from channels.social.line_heard import Heard
from channels.wire import Table
from router.model.event import Attachment, Attribute, Event, Location

_MEDIA: Mapping[str, str] = {
    "image": "image", "video": "video", "audio": "audio", "file": "file", "sticker": "sticker",
}  # fmt: skip
_KNOWN = frozenset({"text", "location", *_MEDIA})
_MOST_PARAMS, _NAME = 8, 64  # what a button gives besides, and the bound of the name of an attribute


def message(heard: Heard) -> list[Event]:
    """Read a message."""
    told = wire.table(heard.told, "message")
    attachments, location, text = _attachments(told), _location(told), wire.text(told, "text")
    parent = fit(wire.name(told, "quotedMessageId"))
    readable = wire.name(told, "type") in _KNOWN and (text or attachments or location)
    return [
        heard.event(
            batch.native(told, "id"),
            kind="message",
            text=fit(text, TEXT),
            attachments=attachments,
            location=location,
            parents=[parent] if parent else [],
            flags=heard.aside + ([] if readable else ["unsupported"]),
            attrs=_attrs(told),
        )
    ]


def edited(heard: Heard) -> list[Event]:
    """Read an edit: the message as it is now."""
    told = wire.table(heard.told, "message")
    target, text = batch.native(told, "id"), fit(wire.text(told, "text"), TEXT)
    return [heard.event(heard.native, kind="edit", target=fit(target), text=text)]


def unsent(heard: Heard) -> list[Event]:
    """Read a withdrawal."""
    target = batch.native(heard.told, "unsend", "messageId")
    return [heard.event(heard.native, kind="delete", target=fit(target))]


def postback(heard: Heard) -> list[Event]:
    """Read a button pressed, or a date chosen; LINE does not tell what stood on it."""
    told = wire.table(heard.told, "postback")
    params = wire.table(told, "params")
    attrs: dict[str, Attribute] = {
        name[:_NAME]: fit(wire.name(params, name))
        for name in list(params)[:_MOST_PARAMS]
        if name and wire.name(params, name)
    }
    payload = fit(wire.text(told, "data"), PAYLOAD)
    return [heard.event(heard.native, kind="message", payload=payload, flags=heard.aside, attrs=attrs)]


def _attachments(told: Table) -> list[Attachment]:
    """Read media: what LINE holds is fetched by the id of the message with the account's token."""
    kind = _MEDIA.get(wire.name(told, "type"))
    if kind is None:
        return []
    elsewhere = wire.text(told, "contentProvider", "originalContentUrl")
    sticker = kind == "sticker"
    return [
        Attachment(
            kind=kind,
            name=fit(wire.text(told, "fileName")),
            size=max(wire.whole(told, "fileSize") or 0, 0) or None,
            url=fit(elsewhere, URL),
            content_id=fit(wire.name(told, "stickerId" if sticker else "id")),
            fetch="none" if elsewhere or sticker else "provider",
        )
    ]


def _location(told: Table) -> Location | None:
    if wire.name(told, "type") != "location":
        return None
    label, address = wire.text(told, "title"), wire.text(told, "address")
    return wire.place(told.get("latitude"), told.get("longitude"), label, address)


def _attrs(told: Table) -> dict[str, Attribute]:
    keywords = [one for one in wire.array(told, "keywords") if isinstance(one, str)]
    return kept({
        "sticker": wire.name(told, "stickerId"),
        "package": wire.name(told, "packageId"),
        "keywords": ", ".join(keywords),
        "album": wire.name(told, "imageSet", "id"),
        "duration_ms": wire.name(told, "duration"),
    })  # fmt: skip
