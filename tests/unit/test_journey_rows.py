"""Rows say what the fold says, at any moment, in about a hundred bytes."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timelines import T0, at, came, did, journey, timelines, went

from router.policy import rows
from router.policy.journey import fold
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_settings import DAY_MS, EffortWeights, JourneySettings

UTC = ZoneInfo("UTC")
WEEK_MS = 7 * DAY_MS


def row(*events: JourneyEvent, zone: ZoneInfo = UTC, day: float = 40) -> rows.Row:
    """Give the only row of a timeline."""
    (only,) = rows.rows(journey(*events, day=day), window_ms=WEEK_MS, zone=zone)
    return only


def test_a_row_counts_to_whom_the_episode_counts() -> None:
    """Channel and day of the first attempt; queue, agent and topic of the first contact."""
    found = row(
        came("voice", kind="abandon", minute=-700),
        came("chat", queue="support"),
        went("chat", minute=3, agent="ada"),
        did("disposition", "chat", minute=5, outcome="resolved", topic="billing"),
        came("email", day=3, queue="other"),
        went("email", day=3, agent="bob"),
    )
    assert (found.label, found.queue, found.agent, found.topic) == ("voice", "support", "ada", "billing")
    assert rows.date_of(found.day) == "2026-03-01"
    assert (found.contacts, found.attempts, found.switches_customer) == (2, 3, 2)


def test_the_day_is_that_of_the_workspace() -> None:
    """22:30 in New York is the next day in Amsterdam."""
    late = came("email", minute=18.5 * 60)  # 03:30 UTC
    assert rows.date_of(row(late, zone=ZoneInfo("America/New_York")).day) == "2026-03-02"
    assert rows.date_of(row(late, zone=ZoneInfo("Europe/Amsterdam")).day) == "2026-03-03"


def test_a_row_is_small() -> None:
    """A common episode with a repeat, a switch, queue, agent, issue and topic."""
    found = row(
        came("email", issue="order-4711", queue="support"),
        went("email", minute=90, issue="order-4711", agent="ada", topic="billing"),
        came("voice", day=2, issue="order-4711"),
    )
    assert len(rows.pack(found)) <= 110
    assert rows.unpack(rows.pack(found)) == found


@given(timelines(), st.sampled_from((0, 1, 6, 7, 8, 40)))
def test_a_row_gives_the_verdict_of_the_fold_at_any_later_moment(
    events: list[JourneyEvent], days: int
) -> None:
    """The window is judged at read: no timer, no fold, the same answer."""
    last = max(event.at_ms for event in events)
    early, late = (
        fold(events, as_of_ms=now, window_ms=WEEK_MS, settings=JourneySettings())
        for now in (last, last + days * DAY_MS)
    )
    kept = rows.rows(early, window_ms=WEEK_MS, zone=UTC)
    for found, one in zip(kept, late.answer.by_episode, strict=True):
        as_of_ms = last + days * DAY_MS
        assert rows.judge(found, as_of_ms) == (one.fcr, one.provisional, one.reason)
        assert rows.judge(found, as_of_ms, siloed=True)[0] is one.fcr_single_channel
        assert (found.switches_customer, found.switches_company) == (
            one.switches_customer,
            one.switches_company,
        )
    total = sum(found.effort(EffortWeights()) for found in kept)
    assert total == pytest.approx(early.effort, abs=0.01)


@given(timelines())
def test_rows_survive_their_encoding(events: list[JourneyEvent]) -> None:
    """What is stored is what is read."""
    found = fold(events, as_of_ms=T0 + 99 * DAY_MS, window_ms=WEEK_MS, settings=JourneySettings())
    for one in rows.rows(found, window_ms=WEEK_MS, zone=UTC):
        assert rows.unpack(rows.pack(one)) == one


def test_a_row_can_look_back() -> None:
    """Before the customer returned the window was open; before the no there was none."""
    repeated = row(came("voice"), came("chat", day=3))
    assert rows.judge(repeated, at(2)) == (None, True, "window_open")
    assert rows.judge(row(came("email"), came("chat", day=3)), at(2)) == (None, True, "awaiting_company")
    refused = row(came("voice"), came("sms", day=1, kind="survey", resolved=False))
    assert [rows.judge(refused, at(day))[2] for day in (0.5, 1)] == ["window_open", "survey"]


def test_the_life_of_an_episode() -> None:
    """From the anchor to the repeat or an explicit no, else censored; what says nothing is left out."""
    answered = (came("email"), went("email", day=1))
    cases = {
        (3 * 1440, True): row(*answered, came("email", day=4)),
        (0, True): row(came("email"), came("sms", day=2)),
        (2 * 1440, True): row(*answered, came("sms", day=3, kind="survey", resolved=False)),
        (7 * 1440, False): row(*answered),
    }
    assert {rows.lived(found, at(10)) for found in cases.values()} == set(cases)
    assert rows.lived(row(*answered, came("email", day=4)), at(3)) == (2 * 1440, False)
    unresolved = row(*answered, did("disposition", day=2, outcome="unresolved"))
    assert rows.lived(unresolved, at(5)) == (0, True)
    asked = row(came("email"), went("email", day=1, asks=True))
    assert [rows.lived(asked, at(day)) for day in (3, 10)] == [(2 * 1440, False), None]
    assert rows.lived(row(came("email")), at(10)) is None
    assert rows.lived(row(came("voice", kind="abandon")), at(10)) is None
    assert rows.lived(row(*answered), at(0.5)) is None


def test_a_cohort_closes_whatever_came_of_it() -> None:
    """A window after the answer, with or without a repeat; a window after the last attempt unserved."""
    answered = (came("email"), went("email", day=1))
    assert rows.closes_ms(row(*answered)) == rows.closes_ms(row(*answered, came("chat", day=3))) == at(8)
    assert rows.closes_ms(row(came("email"))) == at(7)
    assert rows.closes_ms(row(*(came("voice", kind="abandon", day=day) for day in (0, 2)))) == at(9)
