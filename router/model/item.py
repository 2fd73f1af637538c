"""The item, its offers and the decisions about it, as they are served."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from router.model.event import Outcome

ItemState = Literal["waiting", "offered", "active", "wrapping", "scheduled", "done", "abandoned", "closed"]
OfferState = Literal["pending", "accepted", "declined", "expired", "rescinded"]


class Item(Struct, frozen=True, kw_only=True):
    """One piece of work that waits for an agent. ``unread``: messages since an agent last looked."""

    id: str
    conversation: str
    customer: str
    queue: str
    channel: str
    label: str
    state: ItemState
    skills: list[str]
    priority: int
    entered_at: datetime
    due_at: datetime
    agent: str | None = None
    offer: str | None = None
    unread: int = 0
    issue: str | None = None
    topic: str | None = None
    outcome: Outcome | None = None


class Offer(Struct, frozen=True, kw_only=True):
    """A timed proposal of one item to one agent; its id is a fencing token."""

    id: str
    item: Item
    agent: str
    state: OfferState
    expires_at: datetime


class Head(Struct, frozen=True):
    """An item that stood at the head of a lane, with its due time."""

    item: str
    due_at: datetime


class Candidate(Struct, frozen=True):
    """An agent who was looked at, and why they were passed over (None: they were not)."""

    agent: str
    passed_over: str | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """Why an item went, or did not go, to an agent."""

    at: datetime
    item: str
    outcome: str
    agent: str | None = None
    due_at: datetime | None = None
    heads: list[Head] = []
    candidates: list[Candidate] = []
