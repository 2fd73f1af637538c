"""Dates: when a mail was written, as far as its headers can be believed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

AHEAD = timedelta(minutes=5)  # how far a sender's clock may run before ours
_COMMENT = re.compile(r"\([^()]*\)")
_COLON = re.compile(r"\s*:\s*")
_ZONE = re.compile(r"(\s[+-]\d\d):(\d\d)$")  # RFC 5322 writes -0400, some mailers -04:00
_LONGEST = 200  # characters of a date worth reading


def read_date(value: str | None) -> datetime | None:
    """Read a Date as UTC; None where it is none. A time without a zone, or ``-0000``, is UTC.

    Comments and blanks may stand anywhere, as in the obsolete syntax; ISO 8601 is understood besides
    RFC 5322, because some mailers write it.
    """
    text = _COLON.sub(":", _COMMENT.sub(" ", (value or "")[:_LONGEST])).strip()
    text = _ZONE.sub(r"\1\2", text)
    found: datetime | None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        found = _iso(text)
    return None if found is None else _utc(found)


def occurred(date: str | None, received: str | None, now: float) -> tuple[datetime | None, bool]:
    """Tell when the mail was written, and whether that time had to be held back.

    ``date`` is the Date field, ``received`` the topmost Received, which stands in for a Date that
    cannot be read or is more than five minutes ahead; ``now`` in unix seconds. None means: when we
    received it. Where both are ahead the time becomes those five minutes, else one mail of the year
    3000 would stay the latest for ever.
    """
    latest = datetime.fromtimestamp(now, UTC) + AHEAD
    written, arrived = read_date(date), read_date((received or "").rpartition(";")[2])
    if written is not None and written <= latest:
        return written, False
    found = arrived or written
    if found is None:
        return None, False
    return min(found, latest), written is not None or found > latest


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _utc(found: datetime) -> datetime | None:
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return None
