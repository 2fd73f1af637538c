"""Projects a view into its report rows: folds what changed, a moment after it changed."""

from __future__ import annotations

import asyncio
from datetime import tzinfo

from router.errors import Stale
from router.flow.background import Background
from router.flow.fold import Folded, Folds
from router.policy.journey_settings import DAY_MS, JourneySettings
from router.policy.rows import date_of, pack, rows
from router.store.marks import Marks
from router.store.rows import Row, Rows
from router.store.views import Views

GATHER_S = 0.25
"""Events of one view within this time are folded once."""


class Project:
    """Keeps the rows in line with the timelines. Putting twice or late changes nothing."""

    def __init__(  # noqa: PLR0913, PLR0917 - from the fold to the rows
        self,
        folds: Folds,
        views: Views,
        store: Rows,
        marks: Marks,
        background: Background,
        settings: JourneySettings,
        zone: tzinfo,
    ) -> None:
        self._folds, self._views, self._store, self._marks = folds, views, store, marks
        self._background, self._settings, self._zone = background, settings, zone
        self._soon: set[str] = set()

    def touch(self, view: str) -> None:
        """Note that a view changed; its rows follow within a second."""
        if view not in self._soon:
            self._soon.add(view)
            self._background.spawn(self._later(view))

    async def _later(self, view: str) -> None:
        await asyncio.sleep(GATHER_S)
        self._soon.discard(view)
        await self.put(view)

    async def put(self, customer: str) -> None:
        """Fold the view of a customer id and put its rows; a view that ceased is emptied."""
        rev = await self._views.rev(customer)
        found, fresh = await self.rows_of(customer)
        ceased = found.view.view != customer
        parts = {"view": (0, rev), "settings": (0, self._settings.revision)}
        try:
            if ceased:
                await self._store.put(customer, parts, [])
            else:
                await self._store.put(customer, parts | dict(found.versions), fresh)
        except Stale:
            return  # somebody folded more than we saw, and clears the marks
        await self._views.clear(customer, rev)
        if ceased:
            self.touch(found.view.view)
            return
        for hid, (_, handle_rev) in found.versions.items():
            await self._marks.clear_rows(hid, handle_rev)

    async def rows_of(self, customer: str) -> tuple[Folded, list[Row]]:
        """Fold a customer once with each window that reports keep; give the fold and the rows of all."""
        windows = self._settings.windows
        folded = [await self._folds.folded(customer, window_days=days) for days in windows]
        return folded[0], [
            Row(date_of(row.day), pack(row))
            for days, one in zip(windows, folded, strict=True)
            for row in rows(one.journey, window_ms=round(days * DAY_MS), zone=self._zone)
        ]
