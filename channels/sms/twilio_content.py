"""What comes along in a message of Twilio: media, a place, and how it came."""

from __future__ import annotations

from channels import media, wire
from channels.fit import SHORT, URL, fit, number
from channels.twilio_form import Fields
from router.model.event import Attachment, Flag, Location

_MOST_MEDIA = 100


def attachments(fields: Fields) -> list[Attachment]:
    """Give the media, each by an address that only the account's credentials open."""
    count = int(number(fields.get("NumMedia"), 0, _MOST_MEDIA) or 0)
    return [_attachment(fields, n) for n in range(count) if fields.get(f"MediaUrl{n}")]


def _attachment(fields: Fields, n: int) -> Attachment:
    mime = fit(fields.get(f"MediaContentType{n}"), SHORT)
    kind = "contact" if mime == "text/vcard" else media.kind_of(mime)
    return Attachment(kind=kind, mime=mime, url=fit(fields.get(f"MediaUrl{n}"), URL), fetch="basic")


def location(fields: Fields) -> Location | None:
    """Give the place."""
    label, address = fields.get("Label"), fields.get("Address")
    return wire.place(fields.get("Latitude"), fields.get("Longitude"), label, address)


def flags(fields: Fields, *, readable: bool) -> list[Flag]:
    """Tell what was forwarded, and what cannot be shown."""
    forwarded = "true" in {fields.get("Forwarded"), fields.get("FrequentlyForwarded")}
    kind = fields.get("MessageType", "").lower()
    found: list[Flag] = ["forwarded"] if forwarded else []
    if kind == "unsupported" or (kind not in {"", "text"} and not readable):
        found.append("unsupported")
    return found
