"""The due time: earliest first over all channels, and each order a formula for the same number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.queue import QueueProfile, ServiceLevel
from router.policy.due import DEFAULT_TARGETS_S, due_ms, target_of

HOUR_MS = 3_600_000
NOON = 1_772_452_800_000


def test_a_call_overtakes_mail_until_the_mail_is_nearly_late() -> None:
    """A call of 20 s goes before mail of 4 h, but not before mail that was due a moment ago."""
    call = due_ms(NOON, 20)
    assert call == NOON + 20_000
    assert call < due_ms(NOON - 3 * HOUR_MS, 14_400)
    assert call > due_ms(NOON - 4 * HOUR_MS, 14_400)


def test_priority_and_time_already_waited_count() -> None:
    """A step of priority is worth the configured seconds, a credit what it says."""
    assert due_ms(NOON, 60, priority=2, priority_step_s=30) == NOON
    assert due_ms(NOON, 60, priority=-1, priority_step_s=30) == NOON + 90_000
    assert due_ms(NOON, 60, credit_ms=45_000) == NOON + 15_000


def test_fifo_disregards_priority() -> None:
    """First in, first out whatever anybody wishes; time waited elsewhere still counts."""
    assert due_ms(NOON, 20, priority=100, order="fifo") == due_ms(NOON, 20, order="fifo") == NOON + 20_000
    assert due_ms(NOON, 20, credit_ms=1, order="fifo") == NOON + 19_999


@given(
    st.integers(0, 29 * 24 * HOUR_MS), st.integers(0, 29 * 24 * HOUR_MS), st.integers(-100, 99), st.booleans()
)
def test_priority_order_is_never_overtaken_by_waiting(
    early: int, late: int, priority: int, first: bool
) -> None:
    """Whoever has the higher priority is due first; equal ones by when they came."""
    low = due_ms(NOON + early, 20, priority=priority, order="priority")
    high = due_ms(NOON + late, 20, priority=priority + 1, order="priority")
    assert high < low
    same = due_ms(NOON + late, 20, priority=priority, order="priority")
    assert (low < same) == (early < late)
    assert isinstance(due_ms(NOON, 0.5 if first else 1, order="priority"), int)


@given(st.integers(0, 10**13), st.floats(0.001, 3e7), st.integers(-100, 100), st.integers(0, 10**9))
def test_the_number_is_whole_and_lua_can_write_it(
    entered: int, target: float, priority: int, credit: int
) -> None:
    """Lua joins numbers into strings exactly only below 1e14."""
    for order in ("due", "fifo", "priority"):
        due = due_ms(entered, target, priority=priority, credit_ms=credit, order=order)
        assert isinstance(due, int)
        assert abs(due) < 10**14


@pytest.mark.parametrize(
    ("label", "channel", "expected"),
    [
        ("voice", "voice", 20),
        ("pstn", "voice", 20),
        ("chat", "chat", 60),
        ("sms", "sms", 600),
        ("whatsapp", "social", 600),
        ("email", "email", 14_400),
        ("video", "voice", 20),
        ("webform", "email", 14_400),
    ],
)
def test_targets_by_label_then_by_channel(label: str, channel: str, expected: float) -> None:
    """A label without a target of its own has its channel's."""
    assert target_of(QueueProfile(), label=label, channel=channel) == expected


def test_every_channel_has_a_default_target() -> None:
    """No event can meet a channel without a target."""
    assert {"voice", "email", "chat", "sms", "social"} <= set(DEFAULT_TARGETS_S)


def test_the_queue_the_tier_and_the_rule() -> None:
    """The queue's target beats the default, the tier's factor scales it, a rule's wish is final."""
    queue = QueueProfile(targets={"whatsapp": 120, "social": 300})
    tiers = {"vip": 0.5}
    assert target_of(queue, label="whatsapp", channel="social") == 120
    assert target_of(queue, label="messenger", channel="social") == 300
    assert target_of(queue, label="sms", channel="sms") == 600
    assert target_of(queue, label="whatsapp", channel="social", tier="vip", tiers=tiers) == 60
    assert target_of(queue, label="whatsapp", channel="social", tier="other", tiers=tiers) == 120
    assert target_of(queue, label="whatsapp", channel="social", tier="vip", tiers=tiers, wished_s=90) == 90


def test_a_fifo_queue_has_one_target() -> None:
    """Whatever comes in on whatever channel: the threshold of the service level."""
    queue = QueueProfile(order="fifo", service_level=ServiceLevel(threshold_s=45), targets={"voice": 5})
    tiers = {"vip": 0.5}
    for label, channel in (("voice", "voice"), ("email", "email")):
        assert target_of(queue, label=label, channel=channel, tier="vip", tiers=tiers) == 45
