"""What may be set about journeys: windows, gaps, effort weights. The section ``journey`` of the settings."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Minutes = Annotated[float, Meta(ge=0, le=525_600)]
Weight = Annotated[float, Meta(ge=0, le=100)]
Target = Annotated[float, Meta(gt=0)]
Days = Annotated[float, Meta(gt=0, le=3650)]

MINUTE_MS = 60_000
DAY_MS = 86_400_000

_MESSAGING_LIVE = 240.0
_DAY_MIN = 1440.0

LIVE_GAP_MIN: dict[str, float] = {
    "chat": 30.0,
    "sms": _MESSAGING_LIVE,
    "whatsapp": _MESSAGING_LIVE,
    "social": _MESSAGING_LIVE,
    "social_dm": _MESSAGING_LIVE,
}
"""A1: silence in minutes within which a session goes on, per label; a label not named has none."""

PRE_GAP_MIN: dict[str, float] = {
    "email": _DAY_MIN,
    "webform": _DAY_MIN,
    "sms": _DAY_MIN,
    "whatsapp": _DAY_MIN,
    "social": _DAY_MIN,
    "social_dm": _DAY_MIN,
    "chat": 30.0,
}
"""A1: the same before our first response, when the customer adds to what was said."""

WAIT_TARGET_S: dict[str, float] = {"voice": 20.0, "chat": 60.0, "email": 14_400.0, "webform": 14_400.0}
"""Seconds an attempt may wait before the wait counts as one unit of effort, per label."""

WAIT_TARGET_ELSE_S = 60.0
"""The same on a label that is not named."""


class EffortWeights(Struct, frozen=True, forbid_unknown_fields=True):
    """What one of each costs the customer, in attempts. Waits are capped at ``waits_at_most``."""

    attempt: Weight = 1.0
    switch_customer: Weight = 1.0
    switch_company: Weight = 0.5
    transfer: Weight = 0.5
    escalation: Weight = 1.0
    handoff: Weight = 0.5
    wait: Weight = 1.0
    waits_at_most: Weight = 2.0
    question: Weight = 0.25


class JourneySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How a timeline is read.

    ``window_days`` is W where a caller names none, ``windows`` are the W that reports keep. Gaps are
    minutes per label; a label that is not named has those of its channel, and
    where that is not named either, none. ``unknown`` says what
    an unlabelled event is: the customer's latest matter (``same``, the lower bound of FCR) or a new one
    (``new``, the upper bound). ``revision`` grows with every change; rows carry it.
    """

    window_days: Days = 7.0
    windows: Annotated[list[Days], Meta(min_length=1, max_length=8)] = field(default_factory=lambda: [7.0])
    unknown: Literal["same", "new"] = "same"
    live_gap_min: dict[str, Minutes] = field(default_factory=lambda: dict(LIVE_GAP_MIN))
    pre_gap_min: dict[str, Minutes] = field(default_factory=lambda: dict(PRE_GAP_MIN))
    redial_min: Minutes = 10.0
    return_call_min: Minutes = _DAY_MIN
    wait_target_s: dict[str, Target] = field(default_factory=lambda: dict(WAIT_TARGET_S))
    weights: EffortWeights = EffortWeights()
    revision: Annotated[int, Meta(ge=0)] = 0

    @property
    def window_ms(self) -> int:
        """W in milliseconds."""
        return round(self.window_days * DAY_MS)

    def live_gap_ms(self, label: str, channel: str) -> float:
        """Give the silence after which a session on this label is over, in milliseconds."""
        return _of(self.live_gap_min, label, channel, 0.0) * MINUTE_MS

    def pre_gap_ms(self, label: str, channel: str) -> float:
        """Give the same before our first response."""
        return _of(self.pre_gap_min, label, channel, 0.0) * MINUTE_MS

    def waits(self, label: str, channel: str, wait_ms: int) -> float:
        """Give a wait as a multiple of its target."""
        return wait_ms / (1000 * _of(self.wait_target_s, label, channel, WAIT_TARGET_ELSE_S))


def _of(table: dict[str, float], label: str, channel: str, otherwise: float) -> float:
    """Look up a label, else the channel it is a kind of."""
    found = table.get(label)
    return table.get(channel, otherwise) if found is None else found
