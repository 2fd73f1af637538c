"""What the samples mean for a customer's journey."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import captured
import msgspec
import pytest

from channels.voice.asterisk import Asterisk
from router.model.entry import Entry
from router.policy.journey_events import journey_events
from router.policy.journey_nouns import JourneyEvent

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)


def journey(name: str) -> list[JourneyEvent]:
    """Read a sample, file it as if a second had passed between its events, and give what the fold reads."""
    [sample] = [each for each in captured.samples("asterisk") if each["name"] == name]
    account = captured.account("asterisk", sample)
    entries = []
    for second, event in enumerate(Asterisk().parse(captured.request(sample), account, 0)):
        told = {field: getattr(event, field) for field in event.__struct_fields__}
        home = str(event.customer.handle) if event.customer else f"thread:{event.source}/{event.thread}"
        received = NOW + timedelta(seconds=second)
        entries.append(Entry(**told, event="evt_1", home=home, conversation="cnv_1", received_at=received))
    return journey_events(entries, as_of_ms=int((NOW + timedelta(hours=1)).timestamp() * 1000))


def test_a_call_that_waited_and_was_answered() -> None:
    """One inbound call of the second agent, its wait that of the queue, its length to the hang-up."""
    [call] = journey("queue_call")
    assert (call.kind, call.direction, call.label, call.missed) == ("call", "in", "pstn", False)
    assert (call.agent, call.queue, call.wait_ms) == ("102", "support", 18_000)
    assert call.end_ms is not None
    assert call.end_ms - call.at_ms == 85_200


def test_a_caller_who_gave_up() -> None:
    """One abandon, after the wait the queue tells; never a contact."""
    [abandon] = journey("abandoned_by_nobody")
    assert (abandon.kind, abandon.queue, abandon.wait_ms) == ("abandon", "sales", 47_000)


def test_a_call_of_ours() -> None:
    """Answered by the customer: a response; busy: one that was missed."""
    [spoken], [busy] = journey("call_of_ours"), journey("call_of_ours_busy")
    assert (spoken.kind, spoken.direction, spoken.missed, spoken.agent) == ("call", "out", False, "101")
    assert (busy.kind, busy.direction, busy.missed) == ("call", "out", True)


def test_a_call_handed_on_twice_and_dropped() -> None:
    """Two transfers of one call; a redial soon after would be the same contact."""
    call, *transfers = sorted(journey("direct_call_transferred"), key=lambda event: event.kind)
    assert (call.kind, call.agent, call.dropped) == ("call", "carole", True)
    assert [event.kind for event in transfers] == ["transfer", "transfer"]
    assert {event.customer for event in (call, *transfers)} == {"tel:+441632960333"}


@pytest.mark.parametrize("name", ["ari_call", "ari_lines"])
def test_a_call_that_an_application_bridged(name: str) -> None:
    """Answered when the agent's channel came into its bridge, not when the menu began."""
    [call] = journey(name)
    assert (call.kind, call.direction, call.agent, call.wait_ms) == ("call", "in", "104", 4_500)


def test_a_call_that_still_waits_is_nothing_yet() -> None:
    """Who is in the queue has neither reached us nor given up."""
    assert journey("what_is_there") == []


def test_every_event_of_a_call_is_filed_together() -> None:
    """All name the same customer and thread, so that one timeline holds the whole call."""
    for sample in captured.samples("asterisk"):
        events = Asterisk().parse(captured.request(sample), captured.account("asterisk", sample), 0)
        read = [event for event in events if event.kind != "generic"]
        assert len({(msgspec.json.encode(event.customer), event.thread) for event in read}) <= 1, sample[
            "name"
        ]
