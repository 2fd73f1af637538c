"""The entry: an event as it rests on a timeline and is served."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from router.model.event import Event, Status


class Entry(Event, frozen=True, forbid_unknown_fields=False, omit_defaults=True, kw_only=True):
    """An event with what the router knows of it.

    ``event`` is its own id (evt_…), ``home`` the handle id (cus_…) whose timeline it rests on,
    ``conversation`` the conversation (cnv_…) it belongs to. ``status`` is the highest that any receipt
    reported (``unknown``: nobody can say whether our message was taken) and ``reason`` why it failed;
    ``edited`` is the newest text, ``deleted`` and ``reactions`` what came after.
    ``raw``: the sha256 of what an adapter read it from, kept a week under the data directory.
    """

    event: str
    home: str
    received_at: datetime
    conversation: str | None = None
    item: str | None = None
    status: Status | Literal["unknown"] | None = None  # type: ignore[assignment] # wider than what may be posted
    reason: str | None = None
    edited: str | None = None
    deleted: bool = False
    reactions: list[str] = []
    raw: str | None = None
