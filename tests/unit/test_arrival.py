"""What an event means for its conversation: does it need a person, does it end, when did it happen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.event import OWN_SOURCE, Call, Event
from router.policy.arrival import AHEAD_MS, EPOCH_2000_MS, NO_PERSON, answers, ends, happened_ms, needs_person

NOW = 1_772_442_000_000


def event(**change: Any) -> Event:
    """Give a customer's message, changed by keyword."""
    plain = {
        "id": "e1", "source": "test:1", "channel": "sms", "kind": "message", "direction": "in",
        "author": "customer",
    }  # fmt: skip
    return Event(**(plain | change))


@pytest.mark.parametrize("kind", ["message", "call", "voicemail", "callback_request"])
def test_a_customer_who_turns_to_us_needs_a_person(kind: str) -> None:
    """On every kind that is an arrival, known sender or not."""
    assert needs_person(event(kind=kind))
    assert needs_person(event(kind=kind, author="unknown"))


@pytest.mark.parametrize("flag", sorted(NO_PERSON))
def test_nobody_needs_to_answer_what_no_person_wrote(flag: str) -> None:
    """Automatic, acknowledging, unwanted, doubled: kept, but no work."""
    assert not needs_person(event(flags=[flag]))


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "out"},
        {"direction": "internal"},
        {"direction": None},
        {"author": "agent"},
        {"author": "bot"},
        {"author": "system"},
        {"kind": "bot"},
        {"kind": "typing"},
        {"kind": "status", "status": "delivered"},
        {"kind": "read"},
        {"kind": "reaction"},
        {"kind": "survey"},
        {"kind": "abandon"},
        {"kind": "note"},
        {"kind": "call", "status": "ended"},
        {"kind": "call", "status": "missed"},
    ],
)
def test_what_needs_nobody(change: dict[str, Any]) -> None:
    """Our own words, signs and receipts, talks with a bot, calls that are over."""
    assert not needs_person(event(**change))


def test_a_bots_talk_needs_a_person_at_its_handoff() -> None:
    """Whoever hands over but an agent or the router itself, who tell of what happened already."""
    handoff = {"kind": "handoff", "direction": "internal"}
    assert needs_person(event(**handoff, author="bot"))
    assert needs_person(event(**handoff, author="system"))
    assert not needs_person(event(**handoff, author="agent"))
    assert not needs_person(event(**handoff, author="bot", source=OWN_SOURCE))


def test_a_call_ends_when_the_customer_is_gone() -> None:
    """The leg of a transfer is not the call, and a message that ended is none."""
    assert ends(event(kind="call", status="ended"))
    assert ends(event(kind="call", status="missed"))
    assert ends(event(kind="abandon"))
    assert not ends(event(kind="call", status="ended", call=Call(id="1", leg="2")))
    assert not ends(event(kind="call", status="answered"))
    assert not ends(event(status="failed"))


def test_nothing_both_needs_a_person_and_ends() -> None:
    """A hang-up is no arrival."""
    for kind in ("call", "abandon", "message"):
        for status in (None, "offered", "answered", "ended", "missed"):
            made = event(kind=kind, status=status)
            assert not (needs_person(made) and ends(made))


def test_we_answer_with_our_own_words() -> None:
    """An agent's or a bot's; not an automatic reply, nor a call that still rings."""
    out = {"direction": "out"}
    assert answers(event(**out, author="agent"))
    assert answers(event(**out, author="bot"))
    assert not answers(event(**out, author="agent", flags=["auto"]))
    assert not answers(event(**out, author="system"))
    assert not answers(event(author="agent"))
    assert answers(event(**out, kind="call", author="agent", status="answered"))
    assert not answers(event(**out, kind="call", author="agent", status="offered"))


def test_a_claim_within_belief_stands() -> None:
    """Late by years, or early by five minutes."""
    for claim in (NOW, NOW - 10**11, EPOCH_2000_MS, NOW + AHEAD_MS):
        assert happened_ms(claim, NOW) == (claim, False)
    assert happened_ms(None, NOW) == (NOW, False)


def test_a_claim_beyond_belief_is_cut() -> None:
    """An unset clock gives way to receipt, one that runs ahead to the edge; both are flagged."""
    assert happened_ms(EPOCH_2000_MS - 1, NOW) == (NOW, True)
    assert happened_ms(0, NOW) == (NOW, True)
    assert happened_ms(NOW + AHEAD_MS + 1, NOW) == (NOW + AHEAD_MS, True)


@given(st.none() | st.integers(-(2**53), 2**53), st.integers(EPOCH_2000_MS, 2**43))
def test_what_happened_is_never_far_ahead(claim: int | None, received: int) -> None:
    """Else it would stay the newest for ever."""
    at, doubted = happened_ms(claim, received)
    assert EPOCH_2000_MS <= at <= received + AHEAD_MS
    assert doubted == (claim is not None and at != claim)
