"""A callback of Sinch Conversation: what it is about, by which carrier, and with whom.

A contact of Sinch may have several addresses; where a callback names no address the contact stands for the
customer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from channels import carriers, wire
from channels.carried import Carried
from channels.carriers import Ends
from channels.fit import fit
from channels.wire import Table
from router.model.event import Attribute, Event
from router.model.handle import Party


class Callback(NamedTuple):
    """The part of a callback that says what happened, with what all of them share."""

    kind: str
    part: Table
    source: str
    at: datetime | None

    @property
    def ends(self) -> Ends:
        """Give the carrier and the customer: the address if it is told, else the contact."""
        ours = wire.name(self.part, "sender_id") or wire.name(self.part, "channel_identity", "sender_id")
        carrier = wire.text(self.part, "channel_identity", "channel") or ""
        theirs = wire.name(self.part, "channel_identity", "identity")
        if not carrier:
            carrier, theirs = wire.text(self.part, "channel") or "", wire.name(self.part, "identity")
        found = carriers.ends(carrier or "sinch", theirs, ours)
        return found if found.customer else found._replace(customer=self.contact)

    @property
    def contact(self) -> Party | None:
        """Give Sinch's contact, which may have several addresses."""
        paths = (("contact_id",), ("contact", "id"), ("conversation", "contact_id"))
        told = next((there for path in paths if (there := wire.name(self.part, *path))), None)
        return carriers.party("sinch-contact", told)

    @property
    def about(self) -> dict[str, Attribute]:
        """Keep Sinch's name of the contact, whose address may be told."""
        return {"contact": self.contact.value} if self.contact else {}

    def event(self, native: str, hashed: Table, ends: Ends | None = None, **fields: Any) -> Event:
        """Make an event; where Sinch gives no id ``native`` is empty, and the hash of ``hashed`` is one."""
        ends, contact = ends or self.ends, self.contact
        conversation = wire.name(self.part, "conversation_id") or wire.name(self.part, "conversation", "id")
        told = {
            "occurred_at": self.at,
            "provider_event_id": fit(native),
            "thread": fit(conversation) or (fit(str(contact.handle)) if contact else ends.thread),
        } | fields
        return Carried("sinch", self.source, ends).event(native or f"h:{wire.digest(hashed)}", **told)
