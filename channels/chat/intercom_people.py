"""Whom a conversation of Intercom is with, and by which channel they write.

Older versions of the API name the customer ``user`` and the first message ``conversation_message``.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels import carriers, wire
from channels.wire import Table
from router.model.event import Channel
from router.model.handle import Party

_CUSTOMERS = frozenset({"user", "lead", "contact", "visitor"})
_CARRIERS: Mapping[str, tuple[Channel, str]] = {
    "email": ("email", "email"), "sms": ("sms", "sms"), "whatsapp": ("social", "whatsapp"),
    "facebook": ("social", "messenger"), "instagram": ("social", "instagram"), "twitter": ("social", "x"),
}  # fmt: skip


def is_conversation(item: Table) -> bool:
    """Tell a conversation from whatever else a notification may be about."""
    return wire.text(item, "type") == "conversation" or "conversation_parts" in item or "source" in item


def carrier(item: Table) -> tuple[Channel, str]:
    """Give the channel and the medium of a conversation; what is not named is Intercom's own messenger."""
    there = wire.text(item, "source", "type") or ""
    return _CARRIERS.get(there.lower(), ("chat", "intercom"))


def customer(notification: Table, item: Table, part: Table) -> list[Party]:
    """Name the customer: the author of what came in, else whom the conversation is with.

    The id counts within the app. An address was given by the customer, so that it is only claimed.
    """
    contacts = [
        {"type": "contact", **one}
        for one in wire.tables(item, "contacts", "contacts") or wire.tables(item, "contacts")
    ]
    people = [
        wire.table(part, "author"), wire.table(item, "user"), *contacts,
        wire.table(item, "source", "author"),
        *([] if is_conversation(item) else [item]),
    ]  # fmt: skip
    who = next((one for one in people if wire.text(one, "type") in _CUSTOMERS), wire.NONE)
    own, app = wire.name(who, "id"), wire.text(notification, "app_id") or "app"
    name, mail = wire.text(who, "name"), wire.text(who, "email")
    external = wire.name(who, "external_id") or wire.name(who, "user_id")
    handles = (
        ("intercom", f"{app}/{own}" if own else None), ("mailto", mail),
        ("external", f"intercom-{app}/{external}" if external and external != own else None),
    )  # fmt: skip
    named = [found for kind, value in handles if (found := carriers.party(kind, value, name))]
    if carrier(item)[0] == "email":
        named.sort(key=lambda party: party.type != "mailto")
    return named[:1] + [Party(one.type, one.value, trust="claimed") for one in named[1:]]
