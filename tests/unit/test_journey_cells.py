"""Day sums say what the rows would say, at any later moment, after storage and in any order."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack
from timelines import T0, at, came, timelines, went

from router.policy import rows
from router.policy.journey import fold
from router.policy.journey_cells import DaySum, cells_at, cells_of, is_settled, sum_day
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_report import By, fcr_of, fcr_report
from router.policy.journey_report_effort import effort_of, effort_report
from router.policy.journey_report_switches import switch_report, switches_of
from router.policy.journey_settings import DAY_MS, EffortWeights, JourneySettings

UTC = ZoneInfo("UTC")
WEEK_MS = 7 * DAY_MS
WEIGHTS = EffortWeights()


def rows_of(events: list[JourneyEvent], as_of_ms: int) -> list[rows.Row]:
    """Fold a timeline into its rows."""
    found = fold(events, as_of_ms=as_of_ms, window_ms=WEEK_MS, settings=JourneySettings())
    return rows.rows(found, window_ms=WEEK_MS, zone=UTC)


@given(
    st.lists(timelines(most=6), min_size=1, max_size=5),
    st.sampled_from((0, 1, 7, 8, 40)),
    st.sampled_from((0, 1, 7, 8, 40)),
    st.sampled_from(((), ("channel",), ("queue", "day"), ("day", "agent", "topic"))),
)
def test_a_report_of_sums_is_a_report_of_rows(
    drawn: list[list[JourneyEvent]], days: int, later: int, by: tuple[By, ...]
) -> None:
    """Summed one day, stored, and read another: every figure is the same."""
    last = max(event.at_ms for events in drawn for event in events)
    kept = [row for events in drawn for row in rows_of(events, last)]
    summed_ms = last + days * DAY_MS
    as_of_ms = summed_ms + later * DAY_MS
    sums = [
        msgpack.decode(msgpack.encode(sum_day(group, summed_ms, WEIGHTS)), type=DaySum)
        for group in (kept[::2], kept[1::2])
    ]
    cells = cells_at(sums, as_of_ms, WEIGHTS)
    fcr = fcr_of(cells, as_of_ms=as_of_ms, window_days=7, by=by)
    assert fcr == fcr_report(kept, as_of_ms=as_of_ms, window_days=7, by=by)
    assert switches_of(cells, by=by) == switch_report(kept, by=by)
    assert effort_of(cells, weights=WEIGHTS, by=by) == effort_report(kept, weights=WEIGHTS, by=by)


def test_a_sum_keeps_as_rows_only_what_time_can_change() -> None:
    """Settled: a closed window, a repeat whose cohort closed. Open: a window that runs."""
    answered = [came("email"), went("email", day=1)]
    (row,) = rows_of(answered, at(2))
    assert [is_settled(row, at(day)) for day in (8, 8.001)] == [False, True]
    (repeat,) = rows_of([*answered, came("chat", day=3), went("chat", day=3)], at(4))
    assert [is_settled(repeat, at(day)) for day in (4, 8.001, 10.001)] == [False, False, True]
    assert sum_day([row, repeat], at(9), WEIGHTS).open == [repeat]


def test_a_sum_is_not_read_before_its_moment() -> None:
    """What was settled then may have been open before."""
    with pytest.raises(ValueError, match="before the moment"):
        cells_at([sum_day([], at(5), WEIGHTS)], at(4), WEIGHTS)


def test_cells_hold_issues_only_where_asked() -> None:
    """A report by issue reads rows; an unlabelled issue has no name to report."""
    kept = [*rows_of([came("email", issue="parcel")], T0), *rows_of([came("email", issue=None)], T0)]
    assert {cell.issue for cell in cells_of(kept, T0, WEIGHTS)} == {"parcel", None}
    assert {cell.issue for cell in cells_of(kept, T0, WEIGHTS, issues=False)} == {None}
    report = fcr_report(kept, as_of_ms=T0, window_days=7, by=["issue"])
    assert [group.by["issue"] for group in report.groups] == ["parcel", None]
