"""Times in the spellings of providers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.stamps import compact, stamp

AT = datetime(2026, 3, 2, 9, 58, 4, 854_087, tzinfo=UTC)
WHOLE = AT.replace(microsecond=0)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-02T09:58:04.854087Z", AT),
        ("2026-03-02T09:58:04.854087603", AT),
        ("2026-03-02T09:58:04.85408760", AT),
        ("2026-03-02t09:58:04,854087z", AT),
        ("2026-03-02 09:58:04", WHOLE),
        ("2026-03-02T10:58:04+01:00", WHOLE),
        ("2026-03-02T04:58:04-0500", WHOLE),
        ("2026-03-02T11:58:04 +02", WHOLE),
        ("2026-03-02T09:58", WHOLE.replace(second=0)),
        ("2026-03-02T09:58:60Z", WHOLE.replace(second=59)),
        (1_772_445_484, WHOLE),
        ("1772445484", WHOLE),
        ("1772445484000", WHOLE),
        (1_772_445_484_854, AT.replace(microsecond=854_000)),
        ("", None),
        (None, None),
        ("yesterday", None),
        ("2026-02-31T00:00:00Z", None),
        ("2026-03-02", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("2026-03-02T09:58:04+99:99", None),
        ("9" * 30, None),
        (-1, None),
        (True, None),
        (1_772_445_484.854087, AT),
        ("1772445484.85408760", AT),
        (1_772_445_484_854.5, AT.replace(microsecond=854_000)),
        ("1772445484.", None),
        (1e300, None),
        (-1.5, None),
        ({"a": 1}, None),
        ("\uff12026-03-02T09:58:04Z", None),
    ],
)
def test_a_time_is_read_in_utc(written: object, read: datetime | None) -> None:
    """With and without a zone, to the microsecond; what is no time is None."""
    assert stamp({"at": written}, "at") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("20260302095804", WHOLE), ("2026030209580", None), ("20261302095804", None), (None, None)],
)
def test_digits_alone_are_a_time_where_they_are_fourteen(written: str | None, read: datetime | None) -> None:
    """As year, month, day, hour, minute, second."""
    assert compact(written) == read


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_iso_writes_is_read(when: datetime) -> None:
    """Every time of the calendar."""
    assert stamp({"at": when.isoformat()}, "at") == when


@given(st.text(max_size=80))
def test_no_text_breaks_it(written: str) -> None:
    """It is a time in UTC, or None."""
    found = stamp({"at": written}, "at")
    assert found is None or found.tzinfo == UTC
