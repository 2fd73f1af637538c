"""How work finds people: the settings of routing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct, field

from router.model.agent import Capacity
from router.model.event import Channel

Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
Factor = Annotated[float, Meta(gt=0, le=100)]

CAPACITY: Mapping[Channel, Capacity] = {
    "voice": Capacity(weight=1.0, max=1),
    "chat": Capacity(weight=0.34, max=2),
    "sms": Capacity(weight=0.25, max=4),
    "social": Capacity(weight=0.25, max=4),
    "email": Capacity(weight=0.5, max=2),
}
"""What an agent who says nothing takes: one call and nothing else, or up to four messages."""


class Routing(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How work finds people.

    ``idle_s``: a messaging item without a word for so long ends by itself. ``memory_s``: how long an
    agent is not offered again what they let pass; ``max_offers`` per item and agent;
    ``misses_to_away`` offers missed in a row set the agent away. ``lease_s``: a desk that is silent so
    long is gone, ``lease_grace_s`` later its active items return. ``sweep_s``: the net under everything
    that should have happened. ``answer_wait_ms``: how long the answer to an event waits for its item.
    ``priority_step_s``: what one step of priority is worth. ``capacity`` of agents that name none,
    ``tiers``: the factor on the target for customers of a tier.
    """

    idle_s: Seconds = 86_400
    memory_s: Seconds = 60
    max_offers: Annotated[int, Meta(ge=1, le=100)] = 3
    misses_to_away: Annotated[int, Meta(ge=1, le=100)] = 3
    lease_s: Seconds = 30
    lease_grace_s: Seconds = 120
    sweep_s: Seconds = 5
    answer_wait_ms: Annotated[int, Meta(ge=0, le=10_000)] = 300
    priority_step_s: Seconds = 60
    capacity: dict[Channel, Capacity] = field(default_factory=lambda: dict(CAPACITY))
    tiers: dict[Annotated[str, Meta(min_length=1, max_length=64)], Factor] = field(
        default_factory=lambda: {"vip": 0.5}
    )
