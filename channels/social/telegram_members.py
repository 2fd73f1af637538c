"""Who comes into a chat on Telegram and who goes, the bot itself among them."""

from __future__ import annotations

from channels import wire
from channels.fit import kept
from channels.social.telegram_chat import Chat
from channels.wire import Table
from router.model.event import Event, Kind

_LEFT = frozenset({"kicked", "left", "banned"})


def ours(told: Table, chat: Chat) -> list[Event]:
    """Read what became of the bot in a chat: who blocks it withdraws, who lets it in consents."""
    before, now = (wire.name(told, name, "status") for name in ("old_chat_member", "new_chat_member"))
    kind: Kind = "participant"
    if wire.name(told, "chat", "type") == "private":
        kind = "opt_out" if now in _LEFT else "opt_in"
    return [_member(told, chat, kind, {"was": before, "is": now})]


def theirs(told: Table, chat: Chat) -> list[Event]:
    """Read what became of somebody else: the customer is who came or went, not who let them."""
    before, now = (wire.name(told, name, "status") for name in ("old_chat_member", "new_chat_member"))
    about = {**told, "from": wire.table(told, "new_chat_member", "user")}
    return [_member(about, chat, "participant", {"was": before, "is": now})]


def joins(told: Table, chat: Chat) -> list[Event]:
    """Read that somebody asks to be let in."""
    return [_member(told, chat, "participant", {"is": "asks to join"})]


def _member(told: Table, chat: Chat, kind: Kind, attrs: dict[str, str | None]) -> Event:
    consent = kind != "participant"
    return chat.event(
        chat.update,
        kind=kind,
        direction="in" if consent else "internal",
        author="customer" if consent else "system",
        occurred_at=wire.moment(told, "date"),
        customer=chat.party(told),
        thread=chat.thread(told),
        attrs=kept(attrs),
    )
