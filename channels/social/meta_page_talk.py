"""The two ends of a talk on Messenger or Instagram: a page of ours, and a person known to that page alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from channels import wire
from channels.fit import HANDLE, fit
from channels.wire import Table
from router.model.event import Event, fit_id
from router.model.handle import Handle, Party

PROVIDER = "meta"


class Surface(NamedTuple):
    """A place of Meta's: the medium of its messages and of its comments, the type of its handles."""

    medium: str
    comments: str
    handle: str


SURFACES: Mapping[str, Surface] = {
    "page": Surface("messenger", "facebook", "psid"),
    "instagram": Surface("instagram", "instagram", "igsid"),
}
"""By the ``object`` that a request names."""


class Talk(NamedTuple):
    """One entry of a talk: between whom, who spoke, and when."""

    source: str
    surface: Surface
    page: str
    user: str
    out: bool
    at: datetime | None
    stamp: str

    @classmethod
    def of(cls, item: Table, account: str, surface: Surface, source: str) -> Talk:
        """Read who speaks to whom; ``account`` is the page of the entry, where the talk does not name it.

        Some tell an echo as from the person: the page of the entry is ours, whichever end it stands at.
        """
        sender, recipient = wire.name(item, "sender", "id"), wire.name(item, "recipient", "id")
        echo = wire.value(item, "message", "is_echo") is True
        ours = sender == account and recipient not in {"", account}
        from_page = ours or (echo and recipient != account)
        user, page = (recipient, sender) if from_page else (sender, recipient)
        at, stamp = wire.moment(item, "timestamp"), wire.name(item, "timestamp")
        return cls(source, surface, page or account, user, echo or ours, at, stamp)

    @property
    def customer(self) -> Handle | None:
        """Give the person's handle, in the scope of the page; None where nobody is named."""
        value = fit(f"{self.page}/{self.user}", HANDLE)
        return Handle(self.surface.handle, value) if self.page and self.user and value else None

    def event(self, native: str, **fields: Any) -> Event:
        """Make an event of this talk; ``native`` tells it from all others of Meta."""
        customer = self.customer
        told = {
            "medium": self.surface.medium,
            "direction": "out" if self.out else "in",
            "author": "customer",
            "occurred_at": self.at,
            "customer": Party(customer.type, customer.value) if customer else None,
            "to": fit(self.page),
            "thread": fit(f"{self.surface.medium}:{self.page}:{customer}") if customer else None,
        } | fields  # fmt: skip
        return Event(
            id=fit_id(native),
            source=self.source,
            channel="social",
            provider=PROVIDER,
            provider_event_id=fit(native),
            **told,
        )

    def named(self, *parts: str) -> str:
        """Make an id for what Meta gives none: what it is, between whom, and when."""
        return ":".join((*parts, self.page, self.user, self.stamp))
