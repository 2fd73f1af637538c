"""A notification of Intercom: what happened in a conversation, by its topic.

Topics and objects are described at developers.intercom.com (webhook topics, the conversation model).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from channels import stamps, wire
from channels.chat import intercom_part
from channels.chat.intercom_people import carrier, customer, is_conversation
from channels.email.hypertext import to_text
from channels.fit import SHORT, TEXT, fit
from channels.wire import Table
from router.model.event import Attribute, Author, Direction, Event, Kind, fit_id

_SAID: Mapping[str, tuple[Kind, Direction, Author]] = {
    "conversation.user.created": ("message", "in", "customer"),
    "conversation.contact.created": ("message", "in", "customer"),
    "conversation.user.replied": ("message", "in", "customer"),
    "conversation.contact.replied": ("message", "in", "customer"),
    "conversation.admin.single.created": ("message", "out", "agent"),
    "conversation.admin.created": ("message", "out", "agent"),
    "conversation.admin.replied": ("message", "out", "agent"),
    "conversation.operator.replied": ("message", "out", "bot"),
    "conversation.admin.noted": ("note", "internal", "agent"),
}  # fmt: skip
"""What each topic that carries words means; all others are kept as what happened to the conversation."""
_STARS = 5


class Notice(NamedTuple):
    """A notification: its topic, and the object it is about."""

    found: Table
    topic: str
    source: str

    @property
    def item(self) -> Table:
        """Give the conversation, or whatever else it is about."""
        return wire.table(self.found, "data", "item")

    def event(self) -> Event:
        """Read what happened."""
        if self.topic in _SAID and is_conversation(self.item):
            return self._said(*_SAID[self.topic])
        if self.topic == "conversation.rating.added":
            return self._rated()
        if self.topic == "conversation.admin.opened":
            return self._event(None, wire.NONE, kind="reopen", direction="internal", author="agent")
        if self.topic == "conversation_part.redacted":
            return self._redacted()
        about = {"topic": fit(self.topic, SHORT), "object": fit(wire.text(self.item, "type"), SHORT)}
        return self._event(None, wire.NONE, kind="system", author="system", attrs=about)

    def _said(self, kind: Kind, direction: Direction, author: Author) -> Event:
        """Read a message or a note: the newest part, or where a conversation begins its source."""
        part = intercom_part.newest(self.item, self.topic)
        text, files = intercom_part.text(part), intercom_part.files(part)
        told: dict[str, Attribute] = {"topic": fit(self.topic, SHORT)}
        if author == "agent" and (who := wire.name(part, "author", "id")):
            told["intercom_admin"] = fit(who, SHORT)
        native = wire.name(part, "id")
        return self._event(
            f"{wire.name(self.item, 'id')}:{native}" if native else None,
            part,
            kind=kind,
            direction=direction,
            author="bot" if wire.text(part, "author", "type") == "bot" else author,
            subject=fit(to_text(wire.text(part, "subject") or "").strip()),
            text=fit(text, TEXT),
            attachments=files,
            flags=self._flags(readable=bool(text or files)),
            attrs=told,
        )

    def _redacted(self) -> Event:
        """Read that a teammate took the words of a part away."""
        part = wire.name(intercom_part.newest(self.item, self.topic), "id")
        target = fit(f"{wire.name(self.item, 'id')}:{part}") if part else None
        return self._event(
            None, wire.NONE, kind="delete", direction="internal", author="agent", target=target
        )

    def _rated(self) -> Event:
        rating = wire.table(self.item, "conversation_rating")
        score = wire.whole(rating, "rating")
        return self._event(
            None,
            wire.NONE,
            kind="survey",
            direction="in",
            author="customer",
            score=score if score is not None and 0 < score <= _STARS else None,
            scale="csat5",
            text=fit(wire.text(rating, "remark"), TEXT),
        )

    def _event(self, native: str | None, part: Table, **fields: Any) -> Event:
        notice = wire.name(self.found, "id")
        people = customer(self.found, self.item, part)
        channel, medium = carrier(self.item)
        return Event(
            id=fit_id(native or notice or f"h:{wire.digest(self.found)}"),
            source=self.source,
            channel=channel,
            medium=medium,
            occurred_at=intercom_part.said(self.item, part) or stamps.stamp(self.found, "created_at"),
            customer=people[0] if people else None,
            also=people[1:],
            provider="intercom",
            provider_event_id=fit(notice or native),
            thread=fit(wire.name(self.item, "id")) if is_conversation(self.item) else None,
            **fields,
        )

    def _flags(self, *, readable: bool) -> list[Any]:
        again = (wire.whole(self.found, "delivery_attempts") or 1) > 1
        return ["redelivery"] * again + ["unsupported"] * (not readable)
