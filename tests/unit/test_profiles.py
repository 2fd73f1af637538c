"""Queues and agents as a client or the configuration writes them: strict, bounded, all optional."""

from __future__ import annotations

import msgspec
import pytest

from router.model.agent import AgentProfile, Capacity, Membership
from router.model.queue import QueueProfile, ServiceLevel


def test_nothing_is_needed() -> None:
    """An empty body is a queue, and an agent."""
    assert msgspec.json.decode(b"{}", type=QueueProfile) == QueueProfile()
    assert msgspec.json.decode(b"{}", type=AgentProfile) == AgentProfile()
    assert msgspec.json.encode(QueueProfile()) == b"{}"


def test_a_queue_in_full() -> None:
    """Every setting that works today is read, and written as it was."""
    body = {
        "targets": {"voice": 15.0, "whatsapp": 120.0},
        "service_level": {"threshold_s": 30.0, "percent": 90.0},
        "order": "priority",
        "offer_timeout_s": 12.5,
        "wrap_up_s": 0.0,
    }
    queue = msgspec.convert(body, QueueProfile)
    assert queue.service_level == ServiceLevel(30, 90)
    assert msgspec.to_builtins(queue) == body


def test_an_agent_in_full() -> None:
    """Queues may be named alone or with a level."""
    agent = msgspec.convert(
        {
            "name": "Ada Lovelace",
            "queues": ["support", {"id": "billing", "level": 2}],
            "skills": {"german": 9, "sql": 0},
            "capacity": {"voice": {"weight": 1.0, "max": 1}, "chat": {"weight": 0.34, "max": 2}},
        },
        AgentProfile,
    )
    assert agent.memberships == (Membership("support"), Membership("billing", 2))
    assert agent.capacity["chat"] == Capacity(0.34, 2)


@pytest.mark.parametrize("name", ["max_waiting", "overflow", "hours", "together", "affinity_s"])
@pytest.mark.parametrize("value", [None, 3, {"a": 1}])
def test_what_comes_later_is_refused_in_words(name: str, value: object) -> None:
    """A setting that would be ignored is refused, saying so."""
    with pytest.raises(
        msgspec.ValidationError, match=f"`{name}` of a queue is not available in this release"
    ):
        msgspec.convert({name: value}, QueueProfile)


def test_other_choices_and_interrupts_come_later_too() -> None:
    """The default choice may be named; the others, and interrupts, are refused."""
    assert msgspec.convert({"choice": "longest_idle"}, QueueProfile) == QueueProfile()
    with pytest.raises(msgspec.ValidationError, match="`round_robin` is not available"):
        msgspec.convert({"choice": "round_robin"}, QueueProfile)
    with pytest.raises(msgspec.ValidationError, match="`interrupts` of an agent is not available"):
        msgspec.convert({"interrupts": {}}, AgentProfile)


@pytest.mark.parametrize(
    "body",
    [
        {"targets": {"voice": 0}},
        {"targets": {"Voice!": 5}},
        {"targets": {"voice": 1e9}},
        {"order": "lifo"},
        {"offer_timeout_s": 0},
        {"wrap_up_s": -1},
        {"service_level": {"percent": 101}},
        {"service_level": {"seconds": 5}},
        {"name": "x"},
    ],
)
def test_a_wrong_queue_is_refused(body: dict[str, object]) -> None:
    """Out of bounds or unknown."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, QueueProfile)


@pytest.mark.parametrize(
    "body",
    [
        {"queues": ["a b"]},
        {"queues": ["a", {"id": "a", "level": 1}]},
        {"queues": [{"id": "a", "level": 10}]},
        {"skills": {"german": 10}},
        {"skills": {"german>=3": 1}},
        {"capacity": {"fax": {"weight": 1, "max": 1}}},
        {"capacity": {"voice": {"weight": 1.1, "max": 1}}},
        {"capacity": {"voice": {}}},
        {"name": "x" * 257},
        {"state": "available"},
    ],
)
def test_a_wrong_agent_is_refused(body: dict[str, object]) -> None:
    """Out of bounds, unknown, or a queue twice."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, AgentProfile)
