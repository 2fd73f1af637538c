"""A notification of Intercom: what happened in a conversation, and who its customer is.

Topics and objects are described at developers.intercom.com (webhook topics, the conversation model); older
versions of the API name the customer ``user`` and the first message ``conversation_message``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from channels import carriers, stamps, wire
from channels.email.hypertext import to_text
from channels.fit import LINE, SHORT, TEXT, fit
from channels.wire import Table
from router.model.event import Attachment, Attribute, Author, Channel, Direction, Event, Kind, fit_id
from router.model.handle import Party

_CUSTOMERS = frozenset({"user", "lead", "contact", "visitor"})
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
_CARRIERS: Mapping[str, tuple[Channel, str]] = {
    "email": ("email", "email"), "sms": ("sms", "sms"), "whatsapp": ("social", "whatsapp"),
    "facebook": ("social", "messenger"), "instagram": ("social", "instagram"), "twitter": ("social", "x"),
}  # fmt: skip
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
        if self.topic in _SAID and _is_conversation(self.item):
            return self._said(*_SAID[self.topic])
        if self.topic == "conversation.rating.added":
            return self._rated()
        if self.topic == "conversation.admin.opened":
            return self._event(None, wire.NONE, kind="reopen", direction="internal", author="agent")
        about = {"topic": fit(self.topic, SHORT), "object": fit(wire.text(self.item, "type"), SHORT)}
        return self._event(None, wire.NONE, kind="system", author="system", attrs=about)

    def _said(self, kind: Kind, direction: Direction, author: Author) -> Event:
        """Read a message or a note: the newest part, or where a conversation begins its source."""
        part = self._part()
        text, files = _text(part), _files(part)
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
        customer = self._customer(part)
        channel, medium = self._carrier()
        party = customer[0] if customer else None
        return Event(
            id=fit_id(native or notice or f"h:{wire.digest(self.found)}"),
            source=self.source,
            channel=channel,
            medium=medium,
            occurred_at=self._occurred(part),
            customer=party,
            also=customer[1:],
            provider="intercom",
            provider_event_id=fit(notice or native),
            thread=fit(wire.name(self.item, "id")) if _is_conversation(self.item) else None,
            **fields,
        )

    def _part(self) -> Table:
        parts = wire.tables(self.item, "conversation_parts", "conversation_parts")
        if parts and not self.topic.endswith(".created"):
            return parts[-1]
        return wire.table(self.item, "source") or wire.table(self.item, "conversation_message")

    def _customer(self, part: Table) -> list[Party]:
        """Name the customer: the author of what came in, else whom the conversation is with.

        The id counts within the app. An address was given by the customer, so that it is only claimed.
        """
        contacts = wire.tables(self.item, "contacts", "contacts") or wire.tables(self.item, "contacts")
        people = [
            wire.table(part, "author"), wire.table(self.item, "user"), *contacts,
            wire.table(self.item, "source", "author"),
            *([] if _is_conversation(self.item) else [self.item]),
        ]  # fmt: skip
        who = next((one for one in people if wire.text(one, "type") in _CUSTOMERS), wire.NONE)
        own, app = wire.name(who, "id"), wire.text(self.found, "app_id") or "app"
        name, mail = wire.text(who, "name"), wire.text(who, "email")
        external = wire.name(who, "external_id") or wire.name(who, "user_id")
        handles = (
            ("intercom", f"{app}/{own}" if own else None), ("mailto", mail),
            ("external", f"intercom-{app}/{external}" if external and external != own else None),
        )  # fmt: skip
        named = [found for kind, value in handles if (found := carriers.party(kind, value, name))]
        if self._carrier()[0] == "email":
            named.sort(key=lambda party: party.type != "mailto")
        return named[:1] + [Party(one.type, one.value, trust="claimed") for one in named[1:]]

    def _carrier(self) -> tuple[Channel, str]:
        there = wire.text(self.item, "source", "type") or ""
        return _CARRIERS.get(there.lower(), ("chat", "intercom"))

    def _occurred(self, part: Table) -> datetime | None:
        """Give when it was said, else when the conversation last changed, else when we were told."""
        first = wire.table(self.item, "source")
        at = stamps.stamp(part, "created_at") or (
            stamps.stamp(self.item, "created_at") if part == first else None
        )
        return at or stamps.stamp(self.found, "created_at")

    def _flags(self, *, readable: bool) -> list[Any]:
        again = (wire.whole(self.found, "delivery_attempts") or 1) > 1
        return ["redelivery"] * again + ["unsupported"] * (not readable)


def _is_conversation(item: Table) -> bool:
    return wire.text(item, "type") == "conversation" or "conversation_parts" in item or "source" in item


def _text(part: Table) -> str | None:
    """Give the words of a part; the body is HTML."""
    return to_text(wire.text(part, "body") or "").strip() or None


def _files(part: Table) -> list[Attachment]:
    return [
        Attachment(
            kind=(wire.text(one, "content_type") or "file").partition("/")[0][:SHORT],
            mime=fit(wire.text(one, "content_type"), SHORT),
            name=fit(wire.text(one, "name"), LINE),
            size=max(0, wire.whole(one, "filesize") or 0) or None,
            url=fit(url, 4096),
        )
        for one in wire.tables(part, "attachments")
        if (url := wire.text(one, "url"))
    ][:100]
