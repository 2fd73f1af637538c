"""The second of the two reads: what was, in numbers, from the rows of the days asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from msgspec import Struct

from router.errors import Invalid, WindowNotKept
from router.policy.journey_report import By, fcr_report
from router.policy.journey_report_effort import effort_report
from router.policy.journey_report_switches import switch_report
from router.policy.journey_settings import DAY_MS, JourneySettings
from router.policy.rows import Row, unpack
from router.store.rows import Rows

MOST_DAYS = 400


class Reports:
    """Reads rows and leaves the arithmetic to policy, in a thread so that events go on."""

    def __init__(self, rows: Rows, settings: JourneySettings, now: Callable[[], float]) -> None:
        self._rows, self._settings, self._now = rows, settings, now

    async def fcr(
        self, since: datetime, until: datetime, by: Sequence[str], window_days: float | None, /
    ) -> Struct:
        """Report first contact resolution. WindowNotKept, Invalid."""
        days = self._window(window_days)
        rows = await self._read(since, until, days)
        names = cast("Sequence[By]", by)
        return await asyncio.to_thread(
            fcr_report, rows, as_of_ms=int(self._now() * 1000), window_days=days, by=names
        )

    async def switches(
        self, since: datetime, until: datetime, by: Sequence[str], window_days: float | None, /
    ) -> Struct:
        """Report the channel switches. WindowNotKept, Invalid."""
        days = self._window(window_days)
        rows = await self._read(since, until, days)
        return await asyncio.to_thread(switch_report, rows, by=cast("Sequence[By]", by))

    async def effort(
        self, since: datetime, until: datetime, by: Sequence[str], window_days: float | None, /
    ) -> Struct:
        """Report what it took the customers. WindowNotKept, Invalid."""
        rows = await self._read(since, until, self._window(window_days))
        names, weights = cast("Sequence[By]", by), self._settings.weights
        return await asyncio.to_thread(effort_report, rows, weights=weights, by=names)

    def _window(self, asked: float | None) -> float:
        windows = self._settings.windows
        days = windows[0] if asked is None else asked
        if days not in windows:
            kept = ", ".join(f"{one:g}" for one in windows)
            raise WindowNotKept(f"reports are kept with a window of {kept} days", field="/window_days")
        return days

    async def _read(self, since: datetime, until: datetime, window_days: float) -> list[Row]:
        """Read the episodes that began in a span."""
        first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
        # A day of the workspace's zone may begin or end half a day beside that of UTC.
        count = (last - first).days + 3
        if count > MOST_DAYS:
            raise Invalid(f"a report spans at most {MOST_DAYS} days", field="/from")
        days = [(first + timedelta(days=n - 1)).isoformat() for n in range(count)]
        packed = await self._rows.read(days)
        since_ms, until_ms = since.timestamp() * 1000, until.timestamp() * 1000
        window_ms = round(window_days * DAY_MS)
        found = await asyncio.to_thread(lambda: [unpack(one) for one in packed])
        return [row for row in found if row.window_ms == window_ms and since_ms <= row.first_ms < until_ms]
