"""Times as providers write them: seconds, milliseconds, or ISO 8601 in all its spellings."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from channels import wire

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(?:([Zz])|([+-])(\d\d):?(\d\d)?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,19})\.(\d{1,32})", re.ASCII)
_MICROSECONDS = 6  # digits a datetime holds; what is finer is cut off
_MOST = 64


def stamp(found: object, *path: str) -> datetime | None:
    """Give the time at a path, in UTC; None where there is none. A time without a zone is one in UTC.

    Numbers, also as text, are seconds or milliseconds since 1970, by their size; only seconds have a fraction
    that counts.
    """
    there = wire.text(found, *path)
    if there is None and isinstance(number := wire.value(found, *path), float):
        there = repr(number)
    if there is None or (there.isascii() and there.isdecimal()):
        return wire.moment(found, *path)
    if decimal := _DECIMAL.fullmatch(there.strip()):
        return _fraction(*decimal.groups())
    read = _ISO.fullmatch(there.strip()) if len(there) <= _MOST else None
    if read is None:
        return None
    *parts, fraction, _, sign, hours, minutes = read.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = -offset if sign == "-" else offset
    return _moment(parts, (fraction or "")[:_MICROSECONDS].ljust(_MICROSECONDS, "0"), zone)


def compact(text: str | None) -> datetime | None:
    """Read ``YYYYMMDDhhmmss`` in UTC; None where it is none."""
    read = _COMPACT.fullmatch(text or "")
    return _moment(list(read.groups()), "0", timedelta()) if read else None


def _fraction(whole: str, fraction: str) -> datetime | None:
    """Give seconds with a fraction; milliseconds are fine enough without theirs."""
    found = wire.moment({"": whole}, "")
    if found is None or int(whole) != int(found.timestamp()):
        return found
    return found.replace(microsecond=int(fraction[:_MICROSECONDS].ljust(_MICROSECONDS, "0")))


def _moment(parts: list[str | None], micro: str, offset: timedelta) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:  # a leap second is the last one before it
        found = datetime(year, month, day, hour, minute, min(second, 59), int(micro), tzinfo=timezone(offset))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
