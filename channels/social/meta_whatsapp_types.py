"""The types of WhatsApp messages, each read by itself; one that came later is a message we cannot show."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels import wire
from channels.fit import kept
from channels.social import meta_whatsapp_choices as choices
from channels.social import meta_whatsapp_media as media
from channels.social.meta_whatsapp_content import Content, body
from channels.wire import Table
from router.model.event import Attribute, Flag

_REFERRAL = {
    "source_id": "referral", "source_type": "referral_type", "source_url": "referral_url",
    "headline": "referral_headline", "ctwa_clid": "referral_click",
}  # fmt: skip


def content(message: Table) -> Content:
    """Read what a message says."""
    kind = wire.name(message, "type")
    told = _READERS.get(kind, _unsupported)(message)
    context = wire.table(message, "context")
    forwarded = context.get("forwarded") is True or context.get("frequently_forwarded") is True
    flags: list[Flag] = ["forwarded"] if forwarded else []
    return told._replace(flags=[*flags, *told.flags], attrs=_attrs(message) | told.attrs)


def _attrs(message: Table) -> dict[str, Attribute]:
    referral = wire.table(message, "referral")
    told = {ours: wire.text(referral, theirs) for theirs, ours in _REFERRAL.items()}
    product = wire.table(message, "context", "referred_product")
    told |= {
        "product": wire.text(product, "product_retailer_id"),
        "catalog": wire.text(product, "catalog_id"),
    }
    return kept(told)


def _text(message: Table) -> Content:
    told = body(message)
    return Content(text=wire.text(told, "body"))


def _reaction(message: Table) -> Content:
    told = body(message)
    emoji = wire.text(told, "emoji")
    return Content(
        "reaction" if emoji else "reaction_removed", text=emoji, target=wire.name(told, "message_id")
    )


def _edit(message: Table) -> Content:
    told = body(message)
    new = content(wire.table(told, "message")) if wire.name(told, "message", "type") != "edit" else Content()
    return new._replace(kind="edit", target=wire.name(told, "original_message_id"), also=[])


def _revoke(message: Table) -> Content:
    told = body(message)
    return Content("delete", target=wire.name(told, "original_message_id"))


def _opened(_: Table) -> Content:
    return Content("system", attrs={"type": "request_welcome"})


def _unsupported(message: Table) -> Content:
    """Keep what the customer sent and WhatsApp, or we, cannot show; with the reason where it is told."""
    told = body(message)
    error = next(iter(wire.tables(message, "errors")), wire.NONE)
    about = {
        "type": wire.name(told, "type") or wire.name(message, "type"),
        "error_code": wire.name(error, "code"),
        "error": wire.text(error, "error_data", "details") or wire.text(error, "title"),
    }
    return Content(flags=["unsupported"], attrs=kept(about))


_READERS: Mapping[str, Callable[[Table], Content]] = {
    "text": _text, "reaction": _reaction, "edit": _edit, "revoke": _revoke, "request_welcome": _opened,
    "image": media.file, "video": media.file, "audio": media.file, "voice": media.file,
    "document": media.file, "sticker": media.file, "location": media.location, "contacts": media.contacts,
    "button": choices.button, "interactive": choices.interactive, "order": choices.order,
}  # fmt: skip
