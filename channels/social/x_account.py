"""An account of ours on X, and the people who write to it."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from channels import carriers, wire
from channels.fit import fit
from channels.wire import Table
from router.model.event import Event, fit_id
from router.model.handle import Party


class XAccount(NamedTuple):
    """Our account: the source of its events, its user id, and the users named beside what happened."""

    source: str
    ours: str
    users: Table

    def person(self, own: str) -> Party | None:
        """Give somebody by their user id, which never changes; None where nobody is named."""
        there = wire.table(self.users, own)
        there = wire.table(there, "data") or there
        name = wire.text(there, "name") or wire.text(there, "screen_name") or wire.text(there, "username")
        return carriers.party("x", own, name)

    def thread(self, own: str) -> str | None:
        """Name the conversation of direct messages between our account and somebody."""
        return fit(f"x:{self.ours}:x:{own}") if self.ours and own else None

    def event(self, native: str, **fields: Any) -> Event:
        """Make an event of this account; ``native`` is what tells it from all others."""
        return Event(
            id=fit_id(native),
            source=self.source,
            channel="social",
            medium="x",
            provider="x",
            provider_event_id=fit(native),
            to=fit(self.ours),
            **fields,
        )

    @staticmethod
    def told(event: Event, uuid: str | None) -> Event:
        """Note under which id X told of it: the id of the message stays the event's."""
        return msgspec.structs.replace(event, provider_event_id=fit(uuid)) if uuid else event
