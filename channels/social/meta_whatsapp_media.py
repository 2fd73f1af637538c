"""What comes along in a WhatsApp message: files, a place, the cards of other people."""

from __future__ import annotations

from collections.abc import Mapping

from channels import wire
from channels.fit import SHORT, URL, fit
from channels.social.meta_whatsapp_content import Content, body
from channels.wire import Table
from router.model.event import Attachment, Attribute
from router.model.handle import Party

_MOST_CARDS = 100
_KINDS: Mapping[str, str] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "file",
    "sticker": "sticker",
}


def file(message: Table) -> Content:
    """Read media: bytes are fetched by id, for which the address and the account's token are needed."""
    told = body(message)
    kind = wire.name(message, "type")
    attachment = Attachment(
        kind=_KINDS[kind],
        mime=fit(wire.text(told, "mime_type"), SHORT),
        name=fit(wire.text(told, "filename")),
        url=fit(wire.text(told, "url"), URL),
        content_id=fit(wire.name(told, "id")),
        fetch="bearer" if wire.text(told, "url") else "provider",
    )
    attrs: dict[str, Attribute] = {"voice": True} if told.get("voice") is True else {}
    return Content(text=wire.text(told, "caption"), attachments=[attachment], attrs=attrs)


def location(message: Table) -> Content:
    """Read a place."""
    told = body(message)
    found = wire.place(
        told.get("latitude"), told.get("longitude"), wire.text(told, "name"), wire.text(told, "address")
    )
    return Content(location=found, flags=[] if found else ["unsupported"])


def contacts(message: Table) -> Content:
    """Read the cards of other people; a number there is the sender's only where we asked them for it."""
    cards = wire.tables(message, "contacts")[:_MOST_CARDS]
    numbers = (
        [wire.name(phone, "wa_id") or wire.name(phone, "phone") for phone in wire.tables(cards[0], "phones")]
        if cards
        else []
    )
    asked = wire.name(message, "origin") == "contact_request"
    own = [
        Party("tel", "+" + number.lstrip("+"), trust="claimed") for number in numbers[:1] if asked and number
    ]
    return Content(
        attachments=[
            Attachment(kind="contact", name=fit(wire.text(card, "name", "formatted_name"))) for card in cards
        ],
        also=[party for party in own if len(party.value) <= SHORT],
        flags=[] if cards else ["unsupported"],
    )  # fmt: skip
