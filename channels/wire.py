"""Read the JSON of strangers: what is asked for where it is of its kind, else nothing. Nothing here raises.

Providers add fields, leave some out, and write a number where a text was; none of that is a reason to lose
what a customer said. Paths are names of fields from the outside in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from channels.fit import LINE, fit
from router.model.event import Location

Table = Mapping[str, Any]
NONE: Table = {}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END_MS = 253_402_300_800_000  # the year 10000, which no datetime can hold
_FROM_MS = 100_000_000_000  # as seconds the year 5138, as milliseconds 1973: whoever writes more means ms
_WHOLE = 2**63  # what the integers of a store and of other languages hold
_DIGITS = 19


def value(found: object, *path: str) -> Any:
    """Give what lies at a path; None where there is nothing."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def table(found: object, *path: str) -> Table:
    """Give the object at a path, an empty one where there is none."""
    there = value(found, *path)
    return there if isinstance(there, dict) else NONE


def array(found: object, *path: str) -> Sequence[object]:
    """Give the array at a path; what is no array stands alone in one, null and nothing are an empty one."""
    there = value(found, *path)
    if isinstance(there, list):
        return there
    return [] if there is None else [there]


def tables(found: object, *path: str) -> list[Table]:
    """Give the objects in the array at a path."""
    return [each for each in array(found, *path) if isinstance(each, dict)]


def text(found: object, *path: str) -> str | None:
    """Give the text at a path; None where there is none or it is empty."""
    there = value(found, *path)
    return there if isinstance(there, str) and there else None


def name(found: object, *path: str) -> str:
    """Give the id at a path, written as text or as a whole number; empty where there is none."""
    there = value(found, *path)
    if isinstance(there, bool) or not isinstance(there, str | int):
        return ""
    return str(whole(found, *path) or "") if isinstance(there, int) else there.strip()


def whole(found: object, *path: str) -> int | None:
    """Give the whole number of 64 bits at a path, written as one or as text."""
    there = value(found, *path)
    if isinstance(there, str) and there.isascii() and there.isdecimal() and len(there) <= _DIGITS:
        there = int(there)
    return there if type(there) is int and -_WHOLE <= there < _WHOLE else None


def moment(found: object, *path: str) -> datetime | None:
    """Give the time at a path, in seconds or milliseconds since 1970; its size tells which."""
    there = whole(found, *path)
    if there is None or there < 0:
        return None
    ms = there if there >= _FROM_MS else there * 1000
    return _EPOCH + timedelta(milliseconds=ms) if ms < _END_MS else None


def place(latitude: object, longitude: object, label: str | None, address: str | None) -> Location | None:
    """Give a place in degrees; None where one of the numbers is none, or not on earth."""
    north, east = _degrees(latitude, 90), _degrees(longitude, 180)
    if north is None or east is None:
        return None
    return Location(north, east, fit(label, LINE), fit(address, LINE))


def written(found: object, limit: int) -> str | None:
    """Write what was found as JSON again, cut to ``limit`` characters; None where it is empty or too deep."""
    try:
        return (
            fit(msgspec.json.encode(found, order="deterministic").decode("utf-8"), limit) if found else None
        )
    except RecursionError:
        return None


def digest(found: object) -> str:
    """Give the SHA-256 of what was found, in hexadecimal: the id of what has none."""
    return hashlib.sha256((written(found, _WHOLE) or "").encode("utf-8")).hexdigest()


def _degrees(there: object, limit: int) -> float | None:
    if isinstance(there, bool) or not isinstance(there, int | float | str):
        return None
    try:
        found = float(there)
    except (ValueError, OverflowError):
        return None
    return found if -limit <= found <= limit else None
