"""A chat on Telegram as an update tells of it, and who speaks in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from channels import wire
from channels.fit import SEQUENCE, SHORT, fit
from channels.wire import Table
from router.model.event import Author, Direction, Event, fit_id
from router.model.handle import Party

PROVIDER = "telegram"


class Chat(NamedTuple):
    """The chat of an update; ``connection`` is that of a business whose own chats the bot reads."""

    source: str
    update: str
    id: str
    connection: str
    private: bool
    posts: bool

    @classmethod
    def of(cls, update: Table, kind: str, source: str) -> Chat:
        """Read the chat of the ``kind`` of update."""
        told = wire.table(update, kind)
        chat = wire.table(told, "chat") or wire.table(told, "message", "chat")
        return cls(
            source,
            wire.name(update, "update_id"),
            wire.name(chat, "id") or wire.name(told, "from", "id"),
            wire.name(told, "business_connection_id"),
            wire.name(chat, "type") == "private",
            kind.endswith("channel_post"),
        )

    def message(self, number: str) -> str:
        """Name a message: its number is unique in its chat alone, and a business has chats of its own."""
        parts = (self.connection, self.id, number) if self.connection else (self.id, number)
        return ":".join(parts)[:SHORT]

    def thread(self, told: Table) -> str | None:
        """Name the conversation: the chat, and the topic in it where there are topics."""
        topic = wire.name(told, "message_thread_id")
        chat = f"{self.connection}/{self.id}" if self.connection else self.id
        return fit(f"telegram:{chat}/{topic}" if topic else f"telegram:{chat}") if self.id else None

    def party(self, told: Table) -> Party | None:
        """Name the customer: who did it, or the other end of a business's chat."""
        user = wire.table(told, "chat" if self.connection else "from") or wire.table(told, "user")
        native = wire.name(user, "id")
        names = (wire.text(user, "first_name"), wire.text(user, "last_name"))
        title = fit(" ".join(one for one in names if one), SHORT)
        return Party("telegram", native, title) if native and len(native) <= SHORT else None

    def speaker(self, told: Table) -> dict[str, Any]:
        """Tell who speaks to whom: a person to us, a bot, the business itself, or a channel to everybody."""
        direction: Direction | None = "in"
        author: Author = "customer"
        party = self.party(told)
        if self.connection and wire.name(told, "from", "id") != self.id:
            direction, author = "out", "bot" if wire.table(told, "sender_business_bot") else "agent"
        elif self.posts or wire.table(told, "sender_chat"):
            direction, author, party = None, "unknown", None
        elif wire.value(told, "from", "is_bot") is True:
            direction, author, party = "out", "bot", None
        return {"direction": direction, "author": author, "customer": party}

    def event(self, native: str, **fields: Any) -> Event:
        """Make an event; ``native`` tells it from others of this bot, ``update`` is Telegram's id."""
        number = int(self.update)
        return Event(
            id=fit_id(native),
            source=self.source,
            channel="social",
            medium="telegram",
            provider=PROVIDER,
            provider_event_id=self.update,
            sequence=number if 0 <= number <= SEQUENCE else 0,
            **fields,
        )
