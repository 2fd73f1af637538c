"""Messenger and Instagram: what passes between a page, or an account, and a person; comments lie beside it.

Times are milliseconds, unlike WhatsApp's. An unsent message comes with the id it was sent with. Described at
developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from channels import batch, wire
from channels.fit import PAYLOAD
from channels.social import meta_page_comments
from channels.social import meta_page_message as said
from channels.social import meta_page_receipts as receipts
from channels.social import meta_page_thread as thread
from channels.social.meta_page_talk import PROVIDER, Surface, Talk
from channels.wire import Table
from router.model.event import Event


def read(entry: object, surface: Surface, source: str) -> list[Event]:
    """Read an entry, one page or account; what cannot be read in it is kept unread."""
    account = wire.name(batch.record(entry), "id")

    def each(name: str, one: Callable[[object], list[Event]]) -> list[Event]:
        return batch.each(wire.array(entry, name), one, source, PROVIDER)

    def talked(item: object) -> list[Event]:
        return _item(batch.record(item), Talk.of(batch.record(item), account, surface, source))

    def standby(item: object) -> list[Event]:
        return [_aside(event) for event in talked(item)]

    def change(item: object) -> list[Event]:
        value, field = wire.value(batch.record(item), "value"), wire.name(item, "field")
        if wire.value(value, "sender") or wire.value(value, "recipient"):  # a talk, as the console tests it
            return standby(value) if field == "standby" else talked(value)
        return meta_page_comments.read(value, field, account, surface, source)

    return [*each("messaging", talked), *each("standby", standby), *each("changes", change)]


def _aside(event: Event) -> Event:
    """Mark what was said while another app holds the thread: it is kept, and calls for nobody."""
    heard = event.kind == "message" and event.direction == "in"
    return replace(event, flags=[*event.flags, "companion"]) if heard else event


def _item(item: Table, talk: Talk) -> list[Event]:
    """Read an entry of a talk by what it carries; what came after this was written is kept as it is."""
    for field, reader in _READERS.items():
        if isinstance(item.get(field), dict):
            return reader(item[field], talk)
    if item.keys() <= _ENDS:  # it tells nothing
        return []
    payload = wire.written(item, PAYLOAD)
    return [talk.event(f"h:{wire.digest(item)}", kind="generic", author="system", payload=payload)]


_ENDS = frozenset({"sender", "recipient", "timestamp"})
_NOTES = (
    "take_thread_control", "request_thread_control", "account_linking", "policy_enforcement",
    "policy-enforcement", "app_roles", "game_play",
)  # fmt: skip
_READERS: Mapping[str, Callable[[Table, Talk], list[Event]]] = {
    "message": said.message, "message_edit": said.edited, "postback": said.postback,
    "reaction": said.reaction, "read": receipts.seen, "delivery": receipts.delivered,
    "optin": thread.optin, "pass_thread_control": thread.passed,
    **{name: thread.note(name.replace("-", "_")) for name in _NOTES},
    "referral": thread.referral,
}  # fmt: skip
"""In this order: a message that tells of a referral is a message."""
