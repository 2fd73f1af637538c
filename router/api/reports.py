"""Reports: what was, in numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import msgspec
from aiohttp import web

from router.api import codec
from router.api.auth import Caller
from router.api.bodies import ReportQuery
from router.api.world import World
from router.errors import Invalid
from router.policy.journey_report import By

DEFAULT_DAYS = 30
YEARS = range(2000, 2101)
"""No event is older: what happened before is kept by its receipt. None is from the far future."""

_DIVISIONS = frozenset(get_args(By))
_DAY = len("2026-03-02")


async def fcr(world: World, _: Caller, request: web.Request) -> web.Response:
    """Report first contact resolution."""
    asked = codec.query(request, ReportQuery)
    since, until = span(asked, datetime.now(UTC))
    return codec.reply(await world.reports.fcr(since, until, divisions(asked.by), asked.window_days))


async def switches(world: World, _: Caller, request: web.Request) -> web.Response:
    """Report the channel switches."""
    asked = codec.query(request, ReportQuery)
    since, until = span(asked, datetime.now(UTC))
    return codec.reply(await world.reports.switches(since, until, divisions(asked.by), asked.window_days))


async def effort(world: World, _: Caller, request: web.Request) -> web.Response:
    """Report what it took the customers."""
    asked = codec.query(request, ReportQuery)
    since, until = span(asked, datetime.now(UTC))
    return codec.reply(await world.reports.effort(since, until, divisions(asked.by), asked.window_days))


def span(asked: ReportQuery, now: datetime) -> tuple[datetime, datetime]:
    """Give the time to report on, its end not within; a day as ``to`` is within, so its end is the next."""
    until = now if asked.until is None else moment(asked.until, "/to", days=1)
    since = until - timedelta(days=DEFAULT_DAYS) if asked.since is None else moment(asked.since, "/from")
    if since >= until:
        raise Invalid("`from` must be before `to`", field="/from")
    return since, until


def moment(text: str, field: str, days: int = 0) -> datetime:
    """Read a UTC day (its start, ``days`` later) or an RFC 3339 time, of the years we count."""
    try:
        found = _day(text, days) if len(text) == _DAY else msgspec.convert(text, datetime)
        if found.tzinfo is None:
            raise Invalid("a time needs its zone, for example 2026-03-02T09:00:00Z", field=field)
        found = found.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise Invalid("give a day, 2026-03-02, or a time, 2026-03-02T09:00:00Z", field=field) from None
    if found.year not in YEARS:
        raise Invalid(f"reports are of the years {YEARS[0]} to {YEARS[-1]}", field=field)
    return found


def _day(text: str, days: int) -> datetime:
    day = msgspec.convert(text, date)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=days)


def divisions(by: str) -> list[str]:
    """Read the names to divide by, in order; none: one figure for all."""
    names = [name.strip() for name in by.split(",") if name.strip()]
    if not _DIVISIONS.issuperset(names) or len(set(names)) < len(names):
        raise Invalid(f"divide by {', '.join(sorted(_DIVISIONS))}, each once", field="/by")
    return names
