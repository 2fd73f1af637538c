"""The due time: one number orders all work, over all channels an agent serves."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.queue import Order, QueueProfile

DEFAULT_TARGETS_S: Mapping[str, float] = {
    "voice": 20,  # the caller hears music
    "video": 20,
    "chat": 60,  # the visitor looks at the page
    "sms": 600,  # the telephone is in the pocket
    "social": 600,
    "email": 14_400,  # the same half day
    "webform": 14_400,
}
"""Seconds until an item should be answered, by label or else by channel."""

PRIORITY_GAP_MS = 30 * 24 * 3600 * 1000
"""What one step of priority is worth where priority rules: longer than anything may wait."""


def target_of(  # noqa: PLR0913 - the six things a target depends on
    queue: QueueProfile,
    *,
    label: str,
    channel: str,
    tier: str | None = None,
    tiers: Mapping[str, float] | None = None,
    wished_s: float | None = None,
) -> float:
    """Give the seconds within which an item should be answered.

    A rule's wish stands as it is. A ``fifo`` queue has one target for everything, the threshold of its
    service level. Else: the queue's target for the label, then for the channel, then the defaults,
    times the factor of the customer's tier (a factor of 0.5 halves it; an unknown tier changes nothing).
    """
    if wished_s is not None:
        return wished_s
    if queue.order == "fifo":
        return queue.service_level.threshold_s
    own, default = queue.targets, DEFAULT_TARGETS_S
    base = own.get(label) or own.get(channel) or default.get(label) or default[channel]
    return base * (tiers or {}).get(tier or "", 1.0)


def due_ms(  # noqa: PLR0913 - the formula's own terms
    entered_ms: int,
    target_s: float,
    *,
    priority: int = 0,
    priority_step_s: float = 60,
    credit_ms: int = 0,
    order: Order = "due",
) -> int:
    """Give the moment at which an item should be answered; the earliest is served first.

    ``due = entered + target - priority * step - credit``, the credit being time already waited.
    ``fifo`` leaves priority out. ``priority`` makes a step longer than any wait, so that a higher
    priority always comes first and equal ones by their due time.
    """
    step_ms = {"due": round(priority_step_s * 1000), "fifo": 0, "priority": PRIORITY_GAP_MS}[order]
    return entered_ms + round(target_s * 1000) - priority * step_ms - credit_ms
