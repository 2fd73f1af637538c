"""A message on Messenger or Instagram: as it is said, edited and unsent; its buttons and reactions."""

from __future__ import annotations

from collections.abc import Mapping

from channels import batch, wire
from channels.fit import PAYLOAD, SHORT, TEXT, URL, fit, kept, overlong
from channels.social.meta_page_talk import Talk
from channels.social.meta_page_thread import came
from channels.wire import Table
from router.model.event import Attachment, Attribute, Author, Event, Location

_MOST = 100
_KEPT: Mapping[str, tuple[str, ...]] = {
    "app": ("app_id",), "metadata": ("metadata",), "sticker": ("sticker_id",),
    "story": ("reply_to", "story", "id"), "story_url": ("reply_to", "story", "url"),
    "referral": ("referral", "ref"), "referral_source": ("referral", "source"), "ad": ("referral", "ad_id"),
}  # fmt: skip
_INBOXES = frozenset({"263902037430900", "1217981644879628"})  # the apps in which people answer at Meta's


def message(told: Table, talk: Talk) -> list[Event]:
    """Read a message; what was unsent is a deletion of it, though it comes with the same id."""
    mid = batch.native(told, "mid")
    author: Author = _author(told) if talk.out else "customer"
    if told.get("is_deleted") is True:
        return [talk.event(f"{mid}:deleted", kind="delete", author=author, target=fit(mid))]
    text, payload = wire.text(told, "text"), wire.text(told, "quick_reply", "payload")
    parent = fit(wire.name(told, "reply_to", "mid"))
    attachments, location = _attachments(told), _location(told)
    readable = (text or payload or attachments or location) and told.get("is_unsupported") is not True
    return [
        talk.event(
            mid,
            kind="message",
            author=author,
            text=fit(text, TEXT),
            text_full=overlong(text),
            payload=fit(payload, PAYLOAD),
            attachments=attachments,
            location=location,
            parents=[parent] if parent else [],
            flags=[] if readable else ["unsupported"],
            attrs=_attrs(told),
        )
    ]


def edited(told: Table, talk: Talk) -> list[Event]:
    """Read an edit: the message as it is now; its number tells one edit from another."""
    mid = batch.native(told, "mid")
    variant = wire.name(told, "num_edit") or talk.stamp
    return [
        talk.event(
            f"{mid}:edit:{variant}", kind="edit", target=fit(mid), text=fit(wire.text(told, "text"), TEXT)
        )
    ]


def postback(told: Table, talk: Talk) -> list[Event]:
    """Read a button pressed; where it has no id, who pressed what when is one."""
    title, payload = wire.text(told, "title"), wire.text(told, "payload")
    pressed = (talk.page, talk.user, talk.stamp, payload)
    return [
        talk.event(
            wire.name(told, "mid") or f"h:{wire.digest(pressed)}",
            kind="message",
            text=fit(title, TEXT),
            payload=fit(payload, PAYLOAD),
            attrs=came(wire.table(told, "referral")),
        )
    ]


def reaction(told: Table, talk: Talk) -> list[Event]:
    """Read a reaction to a message, or that it was taken back."""
    mid, action = batch.native(told, "mid"), wire.name(told, "action")
    removed = action == "unreact"
    emoji = wire.text(told, "emoji") or wire.text(told, "reaction")
    return [
        talk.event(
            talk.named(mid, action or "react"),
            kind="reaction_removed" if removed else "reaction",
            target=fit(mid),
            text=None if removed else fit(emoji),
        )
    ]


def _author(told: Table) -> Author:
    """Tell a person of ours, who writes in Meta's own inbox, from an app that writes for us."""
    return "agent" if wire.name(told, "app_id") in {"", *_INBOXES} else "bot"


def _attachments(told: Table) -> list[Attachment]:
    """Read media and shared links; an address is signed, and works for a while without a token."""
    return [
        Attachment(
            kind=fit(wire.name(one, "type"), SHORT),
            name=fit(wire.text(one, "payload", "title") or wire.text(one, "title")),
            url=fit(wire.text(one, "payload", "url") or wire.text(one, "url"), URL),
            content_id=fit(
                wire.name(one, "payload", "attachment_id") or wire.name(one, "payload", "sticker_id")
            ),
        )
        for one in wire.tables(told, "attachments")[:_MOST]
        if wire.name(one, "type") != "location"
    ]


def _location(told: Table) -> Location | None:
    for one in wire.tables(told, "attachments"):
        at = wire.table(one, "payload", "coordinates")
        if found := wire.place(at.get("lat"), at.get("long"), wire.text(one, "title"), None):
            return found
    return None


def _attrs(told: Table) -> dict[str, Attribute]:
    return kept({ours: wire.name(told, *path) for ours, path in _KEPT.items()})
