"""Reports: gross and net, final and live, by whom; switches to the channel that received them."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timelines import at, came, did, journey, timelines, went

from router.policy import rows
from router.policy.journey import fold
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_report import fcr_report
from router.policy.journey_report_effort import effort_report
from router.policy.journey_report_switches import switch_report
from router.policy.journey_settings import DAY_MS, EffortWeights, JourneySettings
from router.policy.rates import wilson

UTC = ZoneInfo("UTC")
WEEK_MS = 7 * DAY_MS


def kept(*timelines: Iterable[JourneyEvent], day: float = 60) -> list[rows.Row]:
    """Give the rows of several customers."""
    return [
        row
        for events in timelines
        for row in rows.rows(journey(*events, day=day), window_ms=WEEK_MS, zone=UTC)
    ]


def settled(day: float = 0, **more: str) -> list[JourneyEvent]:
    """Let one mail be answered, and that was that."""
    return [came("email", day=day, **more), went("email", day=day, minute=30)]


def repeated(day: float = 0, **more: str) -> list[JourneyEvent]:
    """Let the customer return by chat after two days."""
    back = day + 2
    return [*settled(day, **more), came("chat", day=back), went("chat", day=back, minute=5)]


def gave_up(day: float = 0) -> list[JourneyEvent]:
    """Let the customer hang up in the queue."""
    return [came("voice", day=day, kind="abandon")]


def asked(day: float = 0) -> list[JourneyEvent]:
    """Let us ask, and nobody answer."""
    return [came("email", day=day), went("email", day=day, minute=30, asks=True)]


def test_gross_counts_all_and_net_what_could_be_judged() -> None:
    """Six settled, two repeated, one hung up, one never answered our question."""
    found = kept(*[settled()] * 6, *[repeated()] * 2, gave_up(), asked())
    total = fcr_report(found, as_of_ms=at(60), window_days=7).total
    assert (total.gross.n, total.gross.value, total.gross.basis) == (10, 0.6, "final_gross")
    assert (total.net.n, total.net.value, total.net.basis) == (8, 0.75, "final_net")
    assert (total.net.low, total.net.high) == pytest.approx(wilson(6, 8))
    assert (total.siloed.n, total.siloed.value) == (8, 1.0)
    assert total.reasons == {"no_customer_reply": 1, "repeat": 2, "silence": 6, "unserved": 1}
    assert total.repeat_share == pytest.approx((11 - 9) / 11)


def test_final_waits_for_whole_cohorts() -> None:
    """Young repeats are false at once, young successes are not true yet: neither counts before its time."""
    old, young = [settled(0)] * 5, [repeated(20)] * 5
    total = fcr_report(kept(*old, *young), as_of_ms=at(23), window_days=7).total
    assert (total.episodes, total.closed, total.net.value) == (10, 5, 1.0)
    later = fcr_report(kept(*old, *young), as_of_ms=at(28), window_days=7).total
    assert (later.closed, later.net.value) == (10, 0.5)


def test_live_is_kaplan_meier() -> None:
    """The young ones count for as long as they have been seen."""
    total = fcr_report(kept(*[settled(20)] * 6, *[repeated(18)] * 2), as_of_ms=at(22), window_days=7).total
    assert (total.live.basis, total.live.n, total.closed) == ("live", 8, 0)
    assert total.live.value == pytest.approx(0.75)
    assert total.live.low < 0.75 < total.live.high


def test_under_five_there_is_no_value() -> None:
    """Four of four is no hundred percent."""
    total = fcr_report(kept(*[settled()] * 4), as_of_ms=at(60), window_days=7).total
    assert (total.gross.value, total.net.value, total.live.value, total.net.n) == (None, None, None, 4)


def test_groups_by_what_episodes_have_in_common() -> None:
    """By queue and day; what has no queue stands last; the groups add up to the total."""
    found = kept(settled(queue="b"), settled(1, queue="a"), settled(queue="a"), repeated())
    report = fcr_report(found, as_of_ms=at(60), window_days=7, by=["queue", "day"])
    assert [tuple(group.by.values()) for group in report.groups] == [
        ("a", "2026-03-02"),
        ("a", "2026-03-03"),
        ("b", "2026-03-02"),
        (None, "2026-03-02"),
    ]
    assert sum(group.episodes for group in report.groups) == report.total.episodes == 4
    assert (report.window_days, report.by) == (7, ["queue", "day"])


def test_bots_alone_and_contained() -> None:
    """Three bot sessions: one settled, one back next day, one that a person finished."""
    bot = [came("chat", kind="bot"), went("chat", minute=1, kind="bot")]
    found = kept(bot, [*bot, came("chat", kind="bot", day=1)], [*bot, went("chat", minute=4)], settled())
    total = fcr_report(found, as_of_ms=at(60), window_days=7).total
    assert (total.bot_only.n, total.bot_only.low) == (3, wilson(2, 3)[0])
    assert (total.contained.n, total.contained.low) == (3, wilson(1, 3)[0])


def test_what_has_not_begun_is_not_reported() -> None:
    """A report of an earlier moment leaves out who came later."""
    assert fcr_report(kept(settled(0), settled(9)), as_of_ms=at(5), window_days=7).total.episodes == 1


def test_switches_count_to_the_receiving_channel() -> None:
    """Mail, then chat by the customer, then telephone by us."""
    found = kept([*repeated(), went("voice", day=2, minute=9)], repeated(), settled())
    report = switch_report(found, by=["channel"])
    assert [(group.by, group.customer, group.company) for group in report.groups] == [
        ({"channel": "chat"}, 2, 0),
        ({"channel": "voice"}, 0, 1),
    ]
    assert (report.episodes, report.total.customer, report.total.company) == (3, 2, 1)
    counts = report.total.matrix["email>chat"]
    assert (counts.customer, counts.company) == (2, 0)


def test_effort_of_a_group() -> None:
    """The counts are stored, the weights apply at read."""
    found = kept(*[settled()] * 3, *[repeated()] * 2)
    report = effort_report(found, weights=EffortWeights(), by=["channel"])
    assert (report.total.attempts, report.total.switches_customer) == (7, 2)
    assert (report.total.mean, report.total.median, report.total.p90) == (pytest.approx(0.8), 0, 2)
    assert effort_report(found, weights=EffortWeights(attempt=0)).total.p90 == 1
    assert effort_report(found[:4], weights=EffortWeights()).total.mean is None
    assert [group.by for group in report.groups] == [{"channel": "email"}]


@given(st.lists(timelines(most=6), max_size=6))
def test_the_report_agrees_with_the_answers(drawn: list[list[JourneyEvent]]) -> None:
    """Episodes, contacts of served episodes, and the repeat share's identity; gross is never over net."""
    answers = [
        fold(events, as_of_ms=at(400), window_ms=WEEK_MS, settings=JourneySettings()) for events in drawn
    ]
    found = [row for answer in answers for row in rows.rows(answer, window_ms=WEEK_MS, zone=UTC)]
    total = fcr_report(found, as_of_ms=at(400), window_days=7).total
    episodes = [one for answer in answers for one in answer.answer.by_episode]
    served = [one for one in episodes if one.contacts]
    assert (total.episodes, total.closed) == (len(episodes), len(episodes))
    contacts = sum(one.contacts for one in served)
    assert total.contacts == contacts
    if contacts:
        assert total.repeat_share == (contacts - len(served)) / contacts
    assert total.net.n == sum(one.fcr is not None for one in episodes)
    assert sum(total.reasons.values()) == len(episodes)
    if total.gross.value is not None and total.net.value is not None:
        assert total.gross.value <= total.net.value


def test_a_wrap_up_as_unresolved_is_an_explicit_no() -> None:
    """It ends the life at its time, and the final verdict agrees."""
    unresolved = [*settled(), did("disposition", day=1, outcome="unresolved")]
    total = fcr_report(kept(*[unresolved] * 5), as_of_ms=at(3), window_days=7).total
    assert (total.live.value, total.closed) == (0, 0)
    assert fcr_report(kept(*[unresolved] * 5), as_of_ms=at(30), window_days=7).total.net.value == 0
