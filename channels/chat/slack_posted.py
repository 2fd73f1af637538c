"""What was posted on Slack as its envelope tells it: in which workspace and channel, by whom, and when.

``ts``, "seconds.microseconds", is the time of a message and, with its channel, its id.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from channels import wire
from channels.fit import HANDLE, fit
from channels.wire import Table
from router.model.event import Event, Flag, fit_id
from router.model.handle import Party

_TS = re.compile(r"([0-9]{1,10})\.([0-9]{1,6})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLACKBOT = "USLACKBOT"


class Posted(NamedTuple):
    """An event as it came: its envelope, and whether Slack tells it again."""

    envelope: Table
    source: str
    again: bool

    @property
    def team(self) -> str:
        """The workspace in which it happened; where an app is installed for a company, the company."""
        ids = (self.envelope.get("team_id"), wire.value(self.envelope, "event", "team"))
        return next(
            (one for one in (*ids, self.envelope.get("enterprise_id")) if isinstance(one, str) and one), ""
        )

    @property
    def channel(self) -> str:
        """The channel, group or direct conversation."""
        told = wire.table(self.envelope, "event")
        return wire.name(told, "channel") or wire.name(told, "item", "channel")

    def message(self, ts: str) -> str:
        """Name a message of the channel by its ``ts``."""
        return f"{self.team}/{self.channel}/{ts}"

    def thread(self, message: Table, ts: str = "") -> str | None:
        """Name the conversation: the thread of a message, which it begins where it answers none."""
        root = wire.name(message, "thread_ts") or wire.name(message, "ts") or ts
        return fit(f"slack:{self.message(root)}")

    def party(self, told: Table) -> Party | None:
        """Name who did it, in the scope of their own workspace: a shared channel has people of several."""
        home, user = "", wire.name(told, "user")
        if self.envelope.get("is_ext_shared_channel") is True:
            home = wire.name(told, "user_team") or wire.name(told, "source_team") or wire.name(told, "team")
        value = fit(f"{home or self.team}/{user}", HANDLE)
        return Party("slack", value) if user and value else None

    def by_bot(self, told: Table) -> bool:
        """Tell what a bot said, which each of its messages names: to answer it would be a loop."""
        slackbot = wire.name(told, "user") == _SLACKBOT
        return slackbot or bool(wire.name(told, "bot_id") or wire.table(told, "bot_profile"))

    def by_us(self, told: Table) -> bool:
        """Tell what our own bot did: of a reaction, and of who joins, its user is all that is named."""
        return wire.name(told, "user") in {
            wire.name(one, "user_id")
            for one in wire.tables(self.envelope, "authorizations")
            if one.get("is_bot") is True
        }

    def event(self, native: str, at: str, **fields: Any) -> Event:
        """Make an event; ``native`` is our id of it, beside Slack's id of this delivery."""
        told = {"direction": "in", "author": "customer"} | fields
        flags: list[Flag] = ["redelivery"] if self.again else []
        return Event(
            id=fit_id(native),
            source=self.source,
            channel="chat",
            medium="slack",
            occurred_at=_time(at),
            provider="slack",
            provider_event_id=fit(wire.name(self.envelope, "event_id")) or fit(native),
            to=fit(self.channel),
            flags=[*flags, *told.pop("flags", [])],
            **told,
        )


def _time(ts: str) -> datetime | None:
    found = _TS.fullmatch(ts)
    if found is None:
        return None
    return _EPOCH + timedelta(seconds=int(found[1]), microseconds=int(found[2].ljust(6, "0")))
