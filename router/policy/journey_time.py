"""Moments inside and outside: integer milliseconds since 1970 UTC, and datetimes with a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_LAST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MS


def ms_of(at: datetime) -> int:
    """Give a moment in milliseconds; exact, what is below a millisecond is cut."""
    return (at - _EPOCH) // _MS


def at_ms(ms: int) -> datetime:
    """Give the moment of so many milliseconds, in UTC; what is beyond the year 9999 is its end."""
    return _EPOCH + timedelta(milliseconds=min(ms, _LAST_MS))
