"""What a WhatsApp message says, by its type; a type that came later is a message we cannot show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from channels import wire
from channels.fit import LINE, SHORT, fit
from channels.wire import Table
from router.model.event import Attachment, Attribute, Flag, Kind, Location
from router.model.handle import Party

_PAYLOAD = 4096  # characters, the bound of router.model.event
_MOST = 100
_MEDIA = {"image": "image", "video": "video", "audio": "audio", "document": "file", "sticker": "sticker"}
_REFERRAL = {
    "source_id": "referral", "source_type": "referral_type", "source_url": "referral_url",
    "headline": "referral_headline", "ctwa_clid": "referral_click",
}  # fmt: skip


class Content(NamedTuple):
    """What is said; ``target`` is the message that an edit, a deletion or a reaction speaks of."""

    kind: Kind = "message"
    text: str | None = None
    payload: str | None = None
    attachments: list[Attachment] = []
    location: Location | None = None
    target: str | None = None
    flags: list[Flag] = []
    attrs: dict[str, Attribute] = {}
    also: list[Party] = []


def content(message: Table) -> Content:
    """Read what a message says."""
    kind = wire.name(message, "type")
    told = _READERS.get(kind, _unsupported)(message)
    context = wire.table(message, "context")
    forwarded = context.get("forwarded") is True or context.get("frequently_forwarded") is True
    flags: list[Flag] = ["forwarded"] if forwarded else []
    return told._replace(flags=[*flags, *told.flags], attrs=_attrs(message) | told.attrs)


def _body(message: Table) -> Table:
    """Give what lies under the name of the type."""
    return wire.table(message, wire.name(message, "type"))


def _attrs(message: Table) -> dict[str, Attribute]:
    referral = wire.table(message, "referral")
    kept = {ours: wire.text(referral, theirs) for theirs, ours in _REFERRAL.items()}
    product = wire.table(message, "context", "referred_product")
    kept |= {
        "product": wire.text(product, "product_retailer_id"),
        "catalog": wire.text(product, "catalog_id"),
    }
    return {name: fit(text, LINE) for name, text in kept.items() if text}


def _text(message: Table) -> Content:
    told = _body(message)
    return Content(text=wire.text(told, "body"))


def _media(message: Table) -> Content:
    """Read media: bytes are fetched by id, for which the address and the account's token are needed."""
    told = _body(message)
    kind = wire.name(message, "type")
    attachment = Attachment(
        kind=_MEDIA[kind],
        mime=fit(wire.text(told, "mime_type"), SHORT),
        name=fit(wire.text(told, "filename")),
        url=fit(wire.text(told, "url"), 4096),
        content_id=fit(wire.name(told, "id")),
        fetch="bearer" if wire.text(told, "url") else "provider",
    )
    attrs: dict[str, Attribute] = {"voice": True} if told.get("voice") is True else {}
    return Content(text=wire.text(told, "caption"), attachments=[attachment], attrs=attrs)


def _location(message: Table) -> Content:
    told = _body(message)
    found = wire.place(
        told.get("latitude"), told.get("longitude"), wire.text(told, "name"), wire.text(told, "address")
    )
    return Content(location=found, flags=[] if found else ["unsupported"])


def _contacts(message: Table) -> Content:
    """Read the cards of other people; a number there is the sender's only where we asked them for it."""
    cards = wire.tables(message, "contacts")[:_MOST]
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


def _reaction(message: Table) -> Content:
    told = _body(message)
    emoji = wire.text(told, "emoji")
    return Content(
        "reaction" if emoji else "reaction_removed", text=emoji, target=wire.name(told, "message_id")
    )


def _button(message: Table) -> Content:
    told = _body(message)
    return Content(text=wire.text(told, "text"), payload=fit(wire.text(told, "payload"), _PAYLOAD))


def _interactive(message: Table) -> Content:
    """Read the answer to something we offered: a button, a row of a list, a form, leave to call."""
    told = _body(message)
    kind = wire.name(told, "type")
    reply = wire.table(told, kind)
    if kind == "call_permission_reply":
        answer: Kind = "opt_in" if wire.name(reply, "response") == "accept" else "opt_out"
        return Content(answer, payload=wire.written(reply, _PAYLOAD), attrs={"category": "calls"})
    if kind == "nfm_reply":
        return Content(
            text=wire.text(reply, "body"), payload=fit(wire.text(reply, "response_json"), _PAYLOAD)
        )
    chosen = fit(wire.text(reply, "id"), _PAYLOAD)
    known = chosen or wire.text(reply, "title")
    return Content(text=wire.text(reply, "title"), payload=chosen, flags=[] if known else ["unsupported"])


def _order(message: Table) -> Content:
    told = _body(message)
    items = wire.written(wire.value(told, "product_items"), _PAYLOAD)
    catalog = fit(wire.text(told, "catalog_id"))
    return Content(text=wire.text(told, "text"), payload=items, attrs={"catalog": catalog} if catalog else {})


def _edit(message: Table) -> Content:
    told = _body(message)
    new = content(wire.table(told, "message")) if wire.name(told, "message", "type") != "edit" else Content()
    return new._replace(kind="edit", target=wire.name(told, "original_message_id"), also=[])


def _revoke(message: Table) -> Content:
    told = _body(message)
    return Content("delete", target=wire.name(told, "original_message_id"))


def _opened(_: Table) -> Content:
    return Content("system", attrs={"type": "request_welcome"})


def _unsupported(message: Table) -> Content:
    """Keep what the customer sent and WhatsApp, or we, cannot show; with the reason where it is told."""
    told = _body(message)
    error = next(iter(wire.tables(message, "errors")), wire.NONE)
    kept = {
        "type": wire.name(told, "type") or wire.name(message, "type"),
        "error_code": wire.name(error, "code"),
        "error": wire.text(error, "error_data", "details") or wire.text(error, "title"),
    }
    return Content(
        flags=["unsupported"], attrs={name: fit(text, LINE) for name, text in kept.items() if text}
    )


_READERS: Mapping[str, Callable[[Table], Content]] = {
    "text": _text, "image": _media, "video": _media, "audio": _media, "document": _media,
    "sticker": _media, "location": _location, "contacts": _contacts, "reaction": _reaction,
    "button": _button, "interactive": _interactive, "order": _order, "edit": _edit, "revoke": _revoke,
    "request_welcome": _opened,
}  # fmt: skip
