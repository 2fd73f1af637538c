"""A line of ours on WhatsApp, and the people who write to it: by number, by business-scoped id, or both."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from channels import wire
from channels.fit import LINE, SHORT, fit, kept
from channels.wire import Table
from router.model.event import Attribute, Event, fit_id
from router.model.handle import Handle, Party

PROVIDER = "meta"
_TEL = re.compile(r"\+?([0-9]{1,15})", re.ASCII)  # E.164: at most 15 digits; WhatsApp gives no other
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,160}", re.ASCII)  # US.1349…; US.ENT.1181… that of a parent


class Person(NamedTuple):
    """Who is meant: every handle told, the number first, and what else is told of them."""

    named: list[Party]
    username: str | None
    parent: str | None

    @property
    def party(self) -> Party | None:
        """Give the customer as the event names them; None where nobody is named."""
        return Party(self.named[0].type, self.named[0].value, self.named[0].name) if self.named else None

    @property
    def handle(self) -> Handle | None:
        """Give the handle of the customer."""
        return self.named[0].handle if self.named else None

    @property
    def also(self) -> list[Party]:
        """Give the further handles: the provider that delivers both vouches for the pair."""
        return self.named[1:]


class Line(NamedTuple):
    """The number of ours that a change speaks of, its account, and the contacts named beside it."""

    source: str
    waba: str
    phone: str
    number: str | None
    contacts: list[Table]

    @classmethod
    def of(cls, value: Table, waba: str, source: str) -> Line:
        """Read the value of a change."""
        digits = re.sub(r"[^0-9]", "", wire.name(value, "metadata", "display_phone_number"))
        return cls(
            source,
            waba,
            wire.name(value, "metadata", "phone_number_id"),
            fit(f"+{digits}", LINE) if digits else None,
            wire.tables(value, "contacts"),
        )

    def person(self, number: str, user: str) -> Person:
        """Tell who is meant by a number, a user id, or by neither where only one contact is named."""
        contact = self._contact(number, user)
        profile = wire.table(contact, "profile")
        ids = (number, user, wire.name(contact, "wa_id"), wire.name(contact, "user_id"))
        handles = dict.fromkeys(handle for handle in map(_handle, ids) if handle)
        title = fit(wire.text(profile, "name"), SHORT)
        return Person(
            [
                Party(one.type, one.value, title if at == 0 else None, "attested")
                for at, one in enumerate(sorted(handles, key=lambda one: one.type != "tel"))
            ],
            wire.text(profile, "username"),
            wire.text(contact, "parent_user_id"),
        )

    def thread(self, person: Person, group: str = "") -> str | None:
        """Name the conversation: a group, or all between this number of ours and this person."""
        end = group or person.handle
        return fit(f"whatsapp:{self.phone}:{end}") if end else None

    def about(self, person: Person) -> dict[str, Attribute]:
        """Keep by which account and number it came, and what else is told of the person."""
        return kept(
            {
                "waba": self.waba,
                "phone_number_id": self.phone,
                "username": person.username,
                "parent_user_id": person.parent,
            },
            SHORT,
        )

    def event(self, native: str, **fields: Any) -> Event:
        """Make an event of this line; ``native`` is what tells it from others of the line."""
        told = {"channel": "social", "medium": "whatsapp", "to": self.number} | fields
        return Event(
            id=fit_id(native), source=self.source, provider=PROVIDER, provider_event_id=fit(native), **told
        )

    def _contact(self, number: str, user: str) -> Table:
        if not (_handle(number) or _handle(user)):
            return self.contacts[0] if len(self.contacts) == 1 else wire.NONE
        for contact in self.contacts:
            names = {wire.name(contact, "wa_id"), wire.name(contact, "user_id")} - {""}
            if names & {number, user}:
                return contact
        return wire.NONE


def _handle(value: str) -> Handle | None:
    if digits := _TEL.fullmatch(value):
        return Handle("tel", f"+{digits[1]}")
    return Handle("wa-bsuid", value) if _BSUID.fullmatch(value) else None
