"""Feedback: what a provider tells about a mail of ours after it was sent, to whom and with what fate.

A fate with a status is laid over the mail that ``target`` names; all others stand in the timeline of the
recipient for themselves. A delay is no failure, and what a machine opened nobody has read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from channels.email.addresses import mailboxes
from channels.fit import SHORT, fit
from router.model.event import Attribute, Author, Direction, Event, Flag, Kind, Status, fit_id
from router.model.handle import Party
from router.ports import Account

_WHOLE = 2**53  # seconds beyond this are no time


class Fate(Struct, frozen=True):
    """What became of a mail, in our words."""

    kind: Kind = "status"
    status: Status | None = None
    direction: Direction | None = "out"
    author: Author = "system"
    flags: tuple[Flag, ...] = ()


QUEUED, SENT, DELIVERED = Fate(status="queued"), Fate(status="sent"), Fate(status="delivered")
READ, FAILED = Fate(status="read"), Fate(status="failed")
COMPLAINT = Fate(flags=("spam",))
OPT_OUT = Fate(kind="opt_out", direction="in", author="customer")
OPT_IN = Fate(kind="opt_in", direction="in", author="customer")
ASIDE = Fate(kind="system")
UNKNOWN = Fate(kind="generic", direction=None)


class Told(Struct, frozen=True):
    """One message of a provider about one of our mails.

    ``key`` is its id there, ``target`` the id of the mail, ``attrs`` what else an agent may ask about.
    """

    key: str
    fate: Fate
    at: datetime | None = None
    recipient: str | None = None
    target: str | None = None
    sender: str | None = None
    subject: str | None = None
    attrs: Mapping[str, str | None] = {}

    def event(self, account: Account, native: str | None = None) -> Event:
        """Make the event; ``native`` is the id that the provider shows, where it is not the key."""
        attrs: dict[str, Attribute] = {
            name: kept for name, value in self.attrs.items() if (kept := fit(value))
        }
        ours = next(iter(mailboxes(self.sender)), None)
        return Event(
            id=fit_id(self.key),
            source=account.source,
            channel="email",
            medium="email",
            kind=self.fate.kind,
            direction=self.fate.direction,
            author=self.fate.author,
            occurred_at=self.at,
            customer=party(self.recipient),
            provider=account.provider,
            provider_event_id=fit(native or self.key),
            to=ours.address if ours else None,
            target=fit((self.target or "").strip("<> ")),
            subject=fit(self.subject),
            status=self.fate.status,
            flags=list(self.fate.flags),
            attrs=attrs,
        )


def party(value: str | None) -> Party | None:
    """Give the customer behind an address, with a display name or without; None where it is none."""
    box = next(iter(mailboxes(value)), None)
    return Party("mailto", box.address, fit(box.name, SHORT)) if box else None


def seconds(value: object) -> datetime | None:
    """Read seconds since 1970, whole or not, as a number or as text; None where they are none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
        return datetime.fromtimestamp(found, UTC) if 0 <= found < _WHOLE else None
    except (ValueError, OverflowError, OSError):
        return None
