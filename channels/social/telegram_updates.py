"""The updates of Telegram by what they carry; each carries one thing, and ``update_id``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from channels import batch, wire
from channels.fit import PAYLOAD, SHORT, fit
from channels.social import telegram_members, telegram_message
from channels.social.telegram_chat import Chat
from channels.wire import Table
from router.model.event import Event

_ELSEWHERE = frozenset({
    "business_connection", "chat_boost", "chosen_inline_result", "inline_query", "managed_bot",
    "message_reaction_count", "poll", "poll_answer", "pre_checkout_query", "purchased_paid_media",
    "removed_chat_boost", "shipping_query", "stopped_message_generation", "subscription",
})  # fmt: skip
"""Updates in which nobody says anything to us."""


def read(update: Table, source: str) -> list[Event]:
    """Read an update; one of a kind that came later is kept as it is."""
    for kind, told in update.items():
        if kind in _ELSEWHERE or kind == "update_id":
            continue
        if kind in _READERS:
            return _READERS[kind](batch.record(told), Chat.of(update, kind, source))
        chat = Chat.of(update, kind, source)
        payload = wire.written(told, PAYLOAD)
        return [
            chat.event(
                chat.update,
                kind="generic",
                author="system",
                payload=payload,
                attrs={"type": fit(kind, SHORT)},
            )
        ]
    return []


_READERS: Mapping[str, Callable[[Table, Chat], list[Event]]] = {
    **dict.fromkeys(
        ("message", "business_message", "channel_post", "guest_message"), telegram_message.message
    ),
    **dict.fromkeys(
        ("edited_message", "edited_business_message", "edited_channel_post"), telegram_message.edited
    ),
    "deleted_business_messages": telegram_message.deleted,
    "callback_query": telegram_message.pressed,
    "message_reaction": telegram_message.reacted,
    "my_chat_member": telegram_members.ours,
    "chat_member": telegram_members.theirs,
    "chat_join_request": telegram_members.joins,
}
