"""What LINE tells, as it came: where it happened, who did it, and by which id it is known."""

from __future__ import annotations

from typing import Any, NamedTuple

from channels import wire
from channels.fit import HANDLE, fit
from channels.wire import Table
from router.model.event import Event, Flag, fit_id
from router.model.handle import Party


class Heard(NamedTuple):
    """An event as it came, and the account of ours that heard it."""

    told: Table
    ours: str
    source: str

    @property
    def native(self) -> str:
        """Give the id of the happening; what has none is known by what it says, apart from its delivery."""
        said = {name: part for name, part in self.told.items() if name != "deliveryContext"}
        return wire.name(self.told, "webhookEventId") or f"h:{wire.digest(said)}"

    @property
    def thread(self) -> str | None:
        """Name the conversation: the group or room, else the person."""
        where = wire.table(self.told, "source")
        names = (wire.name(where, name) for name in ("groupId", "roomId", "userId"))
        end = next((name for name in names if name), "")
        return fit(f"line:{end}") if end else None

    @property
    def aside(self) -> list[Flag]:
        """Mark what is said while the account stands by: another service answers, nobody here is called."""
        return ["companion"] if wire.name(self.told, "mode") == "standby" else []

    def event(self, native: str, user: str = "", **fields: Any) -> Event:
        """Make an event; ``native`` is our id of it, beside LINE's id of this happening."""
        customer = fit(user or wire.name(self.told, "source", "userId"), HANDLE)
        told = {"direction": "in", "author": "customer", "flags": []} | fields
        told["flags"] = [*self._again, *told["flags"]]
        return Event(
            id=fit_id(native),
            source=self.source,
            channel="social",
            medium="line",
            occurred_at=wire.moment(self.told, "timestamp"),
            customer=Party("line", customer) if customer else None,
            provider="line",
            provider_event_id=fit(wire.name(self.told, "webhookEventId") or native),
            to=fit(self.ours),
            thread=self.thread,
            **told,
        )

    @property
    def _again(self) -> list[Flag]:
        """Mark a second delivery."""
        again = wire.value(self.told, "deliveryContext", "isRedelivery") is True
        return ["redelivery"] if again else []
