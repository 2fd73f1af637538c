"""Telegram: what a bot is told, one update a request, unordered.

Nothing is signed; a secret that we gave with the address comes back in a header. Described at
core.telegram.org/bots/api.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from channels import batch, body_signature, wire
from channels.fit import LINE, SHORT, TEXT, fit
from channels.social.telegram_chat import PROVIDER, Chat
from channels.social.telegram_message import PAYLOAD, content
from channels.wire import Table
from router.errors import Malformed
from router.model.cloudevents import decoded
from router.model.event import Attribute, Event, Kind
from router.ports import Account, Reply, Request, Setting

_TOKEN = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_MOST_DELETED = 1000
_LEFT = frozenset({"kicked", "left", "banned"})
_ELSEWHERE = frozenset({
    "business_connection", "chat_boost", "chosen_inline_result", "inline_query", "managed_bot",
    "message_reaction_count", "poll", "poll_answer", "pre_checkout_query", "purchased_paid_media",
    "removed_chat_boost", "shipping_query", "stopped_message_generation", "subscription",
})  # fmt: skip
"""Updates in which nobody says anything to us."""


class Telegram:
    """The adapter."""

    unverified_status = 401
    unreadable = Reply(200)  # else it comes for a day, before all that is newer
    settings = (Setting("secret", "the `secret_token` of setWebhook"),)

    def verify(self, request: Request, account: Account, now: float) -> None:  # noqa: ARG002 - no time is signed
        """Check X-Telegram-Bot-Api-Secret-Token; raise Unverified."""
        body_signature.require(_TOKEN, request.headers.get(_TOKEN.lower()), account.secret or "")

    def parse(self, request: Request, account: Account, now: float) -> Sequence[Event]:  # noqa: ARG002 - no clock
        """Read the update; Malformed where it has no ``update_id``."""
        found = decoded(request.body)
        if wire.whole(found, "update_id") is None:
            raise Malformed("the body names no update_id: it is no update of Telegram")
        return batch.each(
            [found], lambda update: _update(wire.table(update), account.source), account.source, PROVIDER
        )

    def answer(self, request: Request, account: Account, events: Sequence[Event]) -> Reply:  # noqa: ARG002
        """Say that it is kept; a body would be taken for a call of a method."""
        return Reply(200)


def _update(update: Table, source: str) -> list[Event]:
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


def _message(told: Table, chat: Chat) -> list[Event]:
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


def _edited(told: Table, chat: Chat) -> list[Event]:
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


def _deleted(told: Table, chat: Chat) -> list[Event]:
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


def _pressed(told: Table, chat: Chat) -> list[Event]:
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


def _reacted(told: Table, chat: Chat) -> list[Event]:
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


def _ours(told: Table, chat: Chat) -> list[Event]:
    """Read what became of the bot in a chat: who blocks it withdraws, who lets it in consents."""
    before, now = (wire.name(told, name, "status") for name in ("old_chat_member", "new_chat_member"))
    kind: Kind = "participant"
    if wire.name(told, "chat", "type") == "private":
        kind = "opt_out" if now in _LEFT else "opt_in"
    return [_member(told, chat, kind, {"was": before, "is": now})]


def _theirs(told: Table, chat: Chat) -> list[Event]:
    """Read what became of somebody else: the customer is who came or went, not who let them."""
    before, now = (wire.name(told, name, "status") for name in ("old_chat_member", "new_chat_member"))
    about = {**told, "from": wire.table(told, "new_chat_member", "user")}
    return [_member(about, chat, "participant", {"was": before, "is": now})]


def _joins(told: Table, chat: Chat) -> list[Event]:
    return [_member(told, chat, "participant", {"is": "asks to join"})]


def _member(told: Table, chat: Chat, kind: Kind, attrs: Mapping[str, str]) -> Event:
    kept: dict[str, Attribute] = {name: fit(text, LINE) for name, text in attrs.items() if text}
    consent = kind != "participant"
    return chat.event(
        chat.update,
        kind=kind,
        direction="in" if consent else "internal",
        author="customer" if consent else "system",
        occurred_at=wire.moment(told, "date"),
        customer=chat.party(told),
        thread=chat.thread(told),
        attrs=kept,
    )


_READERS: Mapping[str, Callable[[Table, Chat], list[Event]]] = {
    "message": _message, "business_message": _message, "channel_post": _message, "guest_message": _message,
    "edited_message": _edited, "edited_business_message": _edited, "edited_channel_post": _edited,
    "deleted_business_messages": _deleted, "callback_query": _pressed, "message_reaction": _reacted,
    "my_chat_member": _ours, "chat_member": _theirs, "chat_join_request": _joins,
}  # fmt: skip
