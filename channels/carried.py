"""What a provider carries between a customer and us: a message, a report on one of ours, a STOP.

Each provider has names and states of its own; what an event of each sort looks like they share.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from channels.carriers import Ends
from channels.fit import TEXT, fit, overlong
from router.model.event import Event, fit_id


class Carried(NamedTuple):
    """By whom it is carried, between whom, and into which source it is told."""

    provider: str
    source: str
    ends: Ends

    def event(self, native: str, **fields: Any) -> Event:
        """Make an event; ``native`` is the provider's id of this happening, and no other's."""
        told = {
            "channel": self.ends.channel,
            "medium": self.ends.medium,
            "customer": self.ends.customer,
            "provider": self.provider,
            "provider_event_id": fit(native),
            "to": self.ends.ours,
            "thread": self.ends.thread,
        } | fields
        return Event(id=fit_id(native), source=self.source, **told)

    def message(self, native: str, text: str | None, **fields: Any) -> Event:
        """Make a message of the customer; ``text`` is all that was written."""
        told = {"kind": "message", "direction": "in", "author": "customer", "text_full": overlong(text)}
        return self.event(native, text=fit(text, TEXT), **(told | fields))

    def report(self, native: str, target: str, **fields: Any) -> Event:
        """Make a report of what became of a message of ours, ``target``."""
        told = {"kind": "status", "direction": "out", "author": "system", "target": fit(target)}
        return self.event(native, **(told | fields))

    def stopped(self, target: str, at: datetime | None) -> Event:
        """Say what a report may say besides: the customer had withdrawn before we wrote ``target``."""
        told = {"kind": "opt_out", "direction": "in", "author": "customer"}
        return self.event(f"{target}:opt_out", occurred_at=at, target=fit(target), **told)
