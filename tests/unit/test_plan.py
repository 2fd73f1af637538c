"""The plan of an item: its lane, its due time from entry, and the spans of its life."""

from __future__ import annotations

import pytest

from router.model.need import Want
from router.model.queue import QueueProfile
from router.model.routing import Routing
from router.policy.lanes import lane_for, lane_id
from router.policy.plan import IDLE_CHANNELS, plan
from router.policy.rules import DEFAULT_QUEUE

SETTINGS = Routing(idle_s=3600, priority_step_s=30, tiers={"vip": 0.5})
QUEUES = {"support": QueueProfile(targets={"sms": 100}, offer_timeout_s=12.5, wrap_up_s=0)}


def want(**change: object) -> Want:
    """Give an SMS for support, changed by keyword."""
    return Want(**({"queue": "support", "channel": "sms", "label": "sms"} | change))  # type: ignore[arg-type]


def test_a_plan_is_in_milliseconds_from_entry() -> None:
    """Target, offer, wrap-up and idle time of the queue and the settings."""
    made, lane = plan(want(skills=("german>=3", "vip")), QUEUES, SETTINGS)
    assert (made.queue, made.add_ms, made.offer_ms, made.wrap_ms) == ("support", 100_000, 12_500, 0)
    assert made.idle_ms == 3_600_000
    assert made.skills == "german>=3,vip"
    assert lane == lane_for("support", "sms", ("german>=3", "vip"))
    assert made.lane == lane_id(lane)


def test_priority_and_tier_bring_the_item_forward() -> None:
    """A step is worth the setting; the tier halves the target."""
    assert plan(want(priority=2), QUEUES, SETTINGS)[0].add_ms == 40_000
    assert plan(want(tier="vip"), QUEUES, SETTINGS)[0].add_ms == 50_000
    assert plan(want(tier="vip", priority=2), QUEUES, SETTINGS)[0].add_ms == -10_000
    assert plan(want(target_s=7, tier="vip"), QUEUES, SETTINGS)[0].add_ms == 7_000, "a rule's wish stands"


def test_the_order_of_the_queue_is_another_formula() -> None:
    """In a fifo queue everything has one target and no priority."""
    queues = {"support": QueueProfile(order="fifo", targets={"sms": 100})}
    plain = plan(want(), queues, SETTINGS)[0].add_ms
    assert plan(want(priority=5, tier="vip"), queues, SETTINGS)[0].add_ms == plain == 20_000


@pytest.mark.parametrize("queues", [{}, QUEUES, {DEFAULT_QUEUE: QueueProfile(wrap_up_s=5)}])
def test_an_unknown_queue_gives_way_to_the_default(queues: dict[str, QueueProfile]) -> None:
    """With its settings, where it has any; the item is never lost."""
    made, lane = plan(want(queue="nowhere"), queues, SETTINGS)
    assert made.queue == lane.queue == DEFAULT_QUEUE
    assert made.wrap_ms == (5_000 if DEFAULT_QUEUE in queues else 30_000)


@pytest.mark.parametrize("channel", ["voice", "email", "chat", "sms", "social"])
def test_only_where_silence_ends_a_talk_it_may_idle(channel: str) -> None:
    """A mail may rest for days, a call ends by hanging up."""
    made, _ = plan(want(channel=channel, label=channel), QUEUES, SETTINGS)
    assert (made.idle_ms > 0) == (channel in IDLE_CHANNELS)


def test_the_label_has_its_own_target_before_the_channel() -> None:
    """WhatsApp may promise more than other social channels."""
    queues = {"support": QueueProfile(targets={"whatsapp": 5, "social": 50})}
    social = {"channel": "social"}
    assert plan(want(**social, label="whatsapp"), queues, SETTINGS)[0].add_ms == 5_000
    assert plan(want(**social, label="messenger"), queues, SETTINGS)[0].add_ms == 50_000
