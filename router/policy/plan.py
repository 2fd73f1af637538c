"""The plan of an item: its lane, its due time from entry, and the spans of its life."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.lane import Lane
from router.model.need import Plan, Want
from router.model.queue import QueueProfile
from router.model.routing import Routing
from router.policy.due import due_ms, target_of
from router.policy.lanes import lane_for, lane_id
from router.policy.rules import DEFAULT_QUEUE

IDLE_CHANNELS = frozenset({"chat", "sms", "social"})
"""Where silence means that the talk is over. A mail may rest for days, a call ends by hanging up."""


def plan(want: Want, queues: Mapping[str, QueueProfile], settings: Routing) -> tuple[Plan, Lane]:
    """Plan an item under the queues as they are. An unknown queue gives way to the default one."""
    queue = want.queue if want.queue in queues else DEFAULT_QUEUE
    profile = queues.get(queue, QueueProfile())
    lane = lane_for(queue, want.channel, want.skills)
    target_s = target_of(
        profile,
        label=want.label,
        channel=want.channel,
        tier=want.tier,
        tiers=settings.tiers,
        wished_s=want.target_s,
    )
    add_ms = due_ms(
        0,
        target_s,
        priority=want.priority,
        priority_step_s=settings.priority_step_s,
        order=profile.order,
    )
    made = Plan(
        queue=queue,
        lane=lane_id(lane),
        skills=",".join(want.skills),
        add_ms=add_ms,
        offer_ms=round(profile.offer_timeout_s * 1000),
        wrap_ms=round(profile.wrap_up_s * 1000),
        idle_ms=round(settings.idle_s * 1000) if want.channel in IDLE_CHANNELS else 0,
    )
    return made, lane
