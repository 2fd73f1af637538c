"""Cells: what a report needs of many rows, and no more."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from timelines import T0, came

from router.policy import rows
from router.policy.journey import fold
from router.policy.journey_cells import cells_of
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_report import fcr_report
from router.policy.journey_settings import DAY_MS, EffortWeights, JourneySettings

UTC = ZoneInfo("UTC")
WEEK_MS = 7 * DAY_MS
WEIGHTS = EffortWeights()


def rows_of(events: list[JourneyEvent], as_of_ms: int) -> list[rows.Row]:
    """Fold a timeline into its rows."""
    found = fold(events, as_of_ms=as_of_ms, window_ms=WEEK_MS, settings=JourneySettings())
    return rows.rows(found, window_ms=WEEK_MS, zone=UTC)


def test_cells_hold_issues_only_where_asked() -> None:
    """A report by issue reads rows; an unlabelled issue has no name to report."""
    kept = [*rows_of([came("email", issue="parcel")], T0), *rows_of([came("email", issue=None)], T0)]
    assert {cell.issue for cell in cells_of(kept, T0, WEIGHTS)} == {"parcel", None}
    assert {cell.issue for cell in cells_of(kept, T0, WEIGHTS, issues=False)} == {None}
    report = fcr_report(kept, as_of_ms=T0, window_days=7, by=["issue"])
    assert [group.by["issue"] for group in report.groups] == ["parcel", None]
