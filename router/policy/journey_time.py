"""Moments inside and outside: integers since 1970 UTC, mostly milliseconds, and datetimes with a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_US = timedelta(microseconds=1)
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MS


def ms_of(at: datetime) -> int:
    """Give a moment in milliseconds; exact, what is below a millisecond is cut."""
    return (at - _EPOCH) // _MS


def us_of(at: datetime) -> int:
    """Give a moment in microseconds: of two moments in one millisecond, which was first."""
    return (at - _EPOCH) // _US


def at_ms(ms: int) -> datetime:
    """Give the moment of so many milliseconds, in UTC; what is beyond the year 9999 is its end."""
    return _EPOCH + timedelta(milliseconds=min(ms, _LAST_MS))
