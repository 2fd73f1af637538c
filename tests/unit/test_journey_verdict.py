"""The verdict and the fields beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from timelines import answer, came, did, journey, timelines, went

from router.policy.journey import fold, strip
from router.policy.journey_settings import DAY_MS, EffortWeights, JourneySettings
from router.policy.journey_verdict import effort

SETTLED = (came("email"), went("email", minute=60))


def test_the_window_is_open_until_its_last_moment() -> None:
    """Provisional at anchor + W, true right after it; ``final_at`` says when."""
    early = answer(*SETTLED, day=7 + 1 / 24)
    assert (early.fcr, early.provisional, early.reason) == (None, True, "window_open")
    assert early.final_at == datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
    late = answer(*SETTLED, day=7 + 1 / 24 + 1 / 86400)
    assert (late.fcr, late.provisional, late.reason, late.final_at) == (True, False, "silence", None)


@pytest.mark.parametrize(
    ("resolved", "outcome", "fcr", "reason"),
    [
        (None, None, True, "silence"),
        (None, "resolved", True, "disposition"),
        (None, "unresolved", False, "disposition"),
        (True, "resolved", True, "survey"),
        (True, "unresolved", False, "disposition"),
        (False, "resolved", False, "survey"),
    ],
)
def test_what_counts_as_evidence(resolved: bool | None, outcome: str | None, fcr: bool, reason: str) -> None:
    """Survey before wrap-up before silence; a no and an unresolved stand against all."""
    events = [*SETTLED]
    if outcome:
        events.append(did("disposition", minute=61, outcome=outcome))
    if resolved is not None:
        events.append(came("sms", day=1, kind="survey", resolved=resolved))
    assert (answer(*events).fcr, answer(*events).reason) == (fcr, reason)


def test_a_no_is_final_at_once_and_may_be_recovered() -> None:
    """The customer's no needs no window; a later yes does not undo it."""
    no, yes = (came("sms", day=day, kind="survey", resolved=day > 1) for day in (1, 2))
    assert (answer(*SETTLED, no, day=1.5).fcr, answer(*SETTLED, no).recovered) == (False, False)
    assert (answer(*SETTLED, no, yes).fcr, answer(*SETTLED, no, yes).recovered) == (False, True)


def test_a_return_beats_what_the_agent_said() -> None:
    """Resolved, and back after three days: a repeat."""
    assert (
        answer(*SETTLED, did("disposition", minute=61, outcome="resolved"), came("chat", day=3)).fcr is False
    )


def test_we_asked_and_nobody_answered() -> None:
    """No evidence either way: out of the denominator, unless we closed it ourselves."""
    asked = (came("email"), went("email", minute=60, asks=True))
    assert (answer(*asked).fcr, answer(*asked).reason) == (None, "no_customer_reply")
    assert answer(*asked, did("disposition", day=2, outcome="resolved")).reason == "disposition"
    assert answer(came("email"), went("email", minute=60, redirect="voice")).reason == "no_customer_reply"


@pytest.mark.parametrize("what", ["transfer", "escalation", "handoff", "reopen"])
def test_one_touch_is_stricter_than_fcr(what: str) -> None:
    """MetricNet: nothing moved, one attempt, one touch."""
    assert answer(*SETTLED).one_touch is True
    moved = answer(*SETTLED, did(what, minute=30), did("disposition", minute=90, outcome="resolved"))
    assert (moved.fcr, moved.one_touch) == (True, False)
    assert answer(*SETTLED, went("email", day=1)).one_touch is False


def test_answers_in_one_live_session_are_one_touch() -> None:
    """Three lines in a chat touch once; after the gap, or on another channel, again."""
    chat = [came("chat"), *(went("chat", minute=minute) for minute in (1, 5, 20))]
    assert answer(*chat).by_episode[0].touches == 1
    assert answer(*chat, went("chat", minute=51)).by_episode[0].touches == 2
    assert answer(*chat, went("sms", minute=21)).by_episode[0].touches == 2


def test_contained_is_fcr_by_a_bot_alone() -> None:
    """Null without a bot; false once a person came in."""
    bot = (came("chat", kind="bot"), went("chat", minute=1, kind="bot"))
    assert (answer(*bot).contained, answer(*SETTLED).contained) == (True, None)
    assert answer(*bot, day=1).contained is None
    assert answer(*bot, went("chat", minute=3), day=1).contained is False
    assert answer(*bot, came("chat", day=2)).contained is False


def test_next_contact_avoidance_looks_at_all_issues() -> None:
    """NCA: another matter within W of the first anchor spoils it; an absorbed message does not."""
    other = came("chat", day=3, issue="B")
    assert (answer(*SETTLED).nca, answer(*SETTLED, other).nca) == (True, False)
    assert answer(*SETTLED, day=2).nca is None
    assert answer(came("chat"), went("chat", minute=5), came("chat", minute=9)).nca is True
    assert answer(came("voice", kind="abandon")).nca is None


def test_nothing_at_all() -> None:
    """Without an attempt there is nothing to judge."""
    assert (answer().fcr, answer().reason, answer().by_episode) == (None, "no_contact", [])


def test_effort_is_what_it_took_beyond_asking_once() -> None:
    """The check by hand: two more attempts, a switch each way, a transfer, a question, two waits over."""
    found = journey(
        came("voice", kind="abandon", wait_ms=30_000),
        came("voice", minute=20, wait_ms=50_000),
        did("transfer", "voice", minute=22),
        went("email", day=1, asks=True),
        came("chat", day=2),
    )
    one = found.answer.by_episode[0]
    assert (one.attempts, one.switches_customer, one.switches_company) == (2, 1, 1)
    expected = 1.0 + 1.0 + 0.5 + 0.5 + 2.0 + 0.25
    assert found.effort == pytest.approx(expected)
    assert effort(one, 0.5, 0, EffortWeights(wait=3.0)) == pytest.approx(1.0 + 1.0 + 0.5 + 0.5 + 1.5)


def test_a_strip_says_it_in_a_line() -> None:
    """What a context shows is what the answer says."""
    found = strip(journey(*SETTLED))
    assert (found.contacts, found.episodes, found.fcr, found.reason, found.effort) == (
        1,
        1,
        True,
        "silence",
        0,
    )


@given(timelines())
def test_false_is_final(events: list) -> None:
    """As time goes on without events, what is judged stays judged, and only windows close."""
    settings, last = JourneySettings(), max(event.at_ms for event in events)
    before: list[bool | None] | None = None
    for days in (0, 1, 3, 7.5, 40):
        found = fold(events, as_of_ms=last + round(days * DAY_MS), window_ms=7 * DAY_MS, settings=settings)
        verdicts = found.answer.fcr_by_episode
        for was, now in zip(before or verdicts, verdicts, strict=True):
            assert was is None or was is now
        before = verdicts


@given(timelines())
def test_repeats_never_turn_back(events: list) -> None:
    """Each event known, in turn: an episode that has a repeat keeps it, unless a merge made it another."""
    if any(event.kind in ("merge", "identity_merge", "disposition") for event in events):
        return
    repeated = 0
    for event in events:
        found = fold(events, as_of_ms=event.at_ms, window_ms=7 * DAY_MS, settings=JourneySettings())
        now = sum(episode.reason == "repeat" for episode in found.answer.by_episode)
        assert now >= repeated
        repeated = now
