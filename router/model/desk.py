"""Agents and queues as supervisors and desks see them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from router.model.agent import AgentProfile
from router.model.queue import QueueProfile

AgentState = Literal["available", "away", "offline"]


class AgentView(AgentProfile, frozen=True, forbid_unknown_fields=False, omit_defaults=False, kw_only=True):
    """An agent now: profile, and what they do. ``load``: the share of the person that is taken, 0 to 1."""

    id: str
    state: AgentState
    reason: str | None = None
    since: datetime
    load: float
    items: list[str] = []
    offers: list[str] = []


class Depth(Struct, frozen=True, kw_only=True):
    """How many items are in which state; ``oldest_s``: age of the oldest that nobody accepted yet."""

    waiting: int = 0
    offered: int = 0
    active: int = 0
    wrapping: int = 0
    scheduled: int = 0
    oldest_s: float | None = None


class QueueView(Struct, frozen=True, kw_only=True):
    """A queue now, per channel and in all."""

    id: str
    profile: QueueProfile
    channels: dict[str, Depth]
    totals: Depth


class Queues(Struct, frozen=True):
    """All queues at one moment."""

    queues: list[QueueView]
    as_of: datetime
