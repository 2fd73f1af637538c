"""A message on Telegram: as it is said, edited and deleted; the buttons below one, and reactions to it."""

from __future__ import annotations

from channels import batch, wire
from channels.fit import PAYLOAD, TEXT, fit
from channels.social.telegram_chat import Chat
from channels.social.telegram_content import content
from channels.wire import Table
from router.model.event import Event

_MOST_DELETED = 1000


def message(told: Table, chat: Chat) -> list[Event]:
    """Read a message; without a number it could never be answered, edited or told apart."""
    name = chat.message(batch.native(told, "message_id"))
    said = content(told)
    parent = wire.name(told, "reply_to_message", "message_id")
    speaks = said.kind == "message"
    fields = (
        chat.speaker(told)
        if speaks
        else {"direction": "internal", "author": "system", "customer": chat.party(told)}
    )
    return [
        chat.event(
            name,
            kind=said.kind,
            occurred_at=wire.moment(told, "date"),
            thread=chat.thread(told),
            text=fit(said.text, TEXT),
            payload=said.payload,
            attachments=said.attachments,
            location=said.location,
            also=said.also,
            parents=[chat.message(parent)] if parent else [],
            flags=said.flags,
            attrs=said.attrs,
            **fields,
        )
    ]


def edited(told: Table, chat: Chat) -> list[Event]:
    """Read an edit: a new update of the same message, as it is now."""
    target = chat.message(batch.native(told, "message_id"))
    said = content(told)
    return [
        chat.event(
            f"{target}:edit:{chat.update}",
            kind="edit",
            occurred_at=wire.moment(told, "edit_date") or wire.moment(told, "date"),
            thread=chat.thread(told),
            target=target,
            text=fit(said.text, TEXT),
            attachments=said.attachments,
            location=said.location,
            attrs=said.attrs,
            **chat.speaker(told),
        )
    ]


def deleted(told: Table, chat: Chat) -> list[Event]:
    """Read that messages were deleted, an event each."""
    numbers = [str(one) for one in wire.array(told, "message_ids") if type(one) is int][:_MOST_DELETED]
    return [
        chat.event(
            f"{chat.message(number)}:deleted",
            kind="delete",
            direction="in",
            author="customer",
            customer=chat.party(told),
            thread=chat.thread(told),
            target=chat.message(number),
        )
        for number in numbers
    ]


def pressed(told: Table, chat: Chat) -> list[Event]:
    """Read a button pressed; the only time there is that of the message it hangs on, so none is given."""
    shown, data = wire.table(told, "message"), wire.text(told, "data") or wire.text(told, "game_short_name")
    under = wire.name(shown, "message_id")
    return [
        chat.event(
            f"callback:{batch.native(told, 'id')}",
            kind="message",
            direction="in",
            author="customer",
            customer=chat.party(told),
            thread=chat.thread(shown) if shown else None,
            text=fit(_label(shown, data), TEXT),
            payload=fit(data, PAYLOAD),
            parents=[chat.message(under)] if under else [],
        )
    ]


def _label(shown: Table, data: str | None) -> str | None:
    """Give what stands on the button that sends ``data``."""
    for row in wire.array(shown, "reply_markup", "inline_keyboard"):
        for button in wire.tables({"row": row}, "row"):
            if data and wire.text(button, "callback_data") == data:
                return wire.text(button, "text")
    return None


def reacted(told: Table, chat: Chat) -> list[Event]:
    """Read what somebody's reactions to a message were and are now: the one added, or that one went."""
    old, new = ([_emoji(one) for one in wire.tables(told, name)] for name in ("old_reaction", "new_reaction"))
    added = [emoji for emoji in new if emoji not in old]
    if not added and len(new) >= len(old):
        return []
    target = chat.message(batch.native(told, "message_id"))
    gone = next((emoji for emoji in old if emoji not in new), None)
    return [
        chat.event(
            f"{target}:reaction:{chat.update}",
            kind="reaction" if added else "reaction_removed",
            direction="in",
            author="customer",
            occurred_at=wire.moment(told, "date"),
            customer=chat.party(told),
            thread=chat.thread(told),
            target=target,
            text=fit(added[-1]) if added else None,
            payload=None if added else fit(gone),
        )
    ]


def _emoji(reaction: Table) -> str:
    return (
        wire.name(reaction, "emoji") or wire.name(reaction, "custom_emoji_id") or wire.name(reaction, "type")
    )
