"""Projects a view into its report rows: folds what changed, a moment after it changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import tzinfo

import structlog

from router.errors import RouterError, Stale
from router.flow.background import Background
from router.flow.fold import Folds, Read
from router.policy.journey_settings import DAY_MS, JourneySettings
from router.policy.rows import date_of, pack, rows
from router.store.marks import Marks
from router.store.reading import Versions
from router.store.rows import Row, Rows
from router.store.views import Views

GATHER_S = 0.25
"""Events of one view within this time are folded once."""

BUNCH = 8
"""Views that are folded side by side: so much holds up an event by some 2 ms."""

REST = 1.0
"""How long to rest after a bunch, in times of what it took: events that come in go first.

An idle process folds a bunch in some 4 ms, so a view has its rows within a second at a thousand views a
second. A busy one folds fewer, and what it owes stays marked until it comes to it.
"""


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
        self._soon: dict[str, None] = {}
        self._now: set[str] = set()
        self._working = False

    def touch(self, view: str) -> None:
        """Note that a view changed; its rows follow within a second."""
        self._soon[view] = None
        if not self._working:
            self._working = True
            self._background.spawn(self._work())

    def owes(self, view: str) -> bool:
        """Say whether this process is going to put the rows of a view anyway."""
        return view in self._soon or view in self._now

    async def _work(self) -> None:
        """Put the rows of what was touched, round by round, until nothing is left."""
        loop = asyncio.get_running_loop()
        try:
            while self._soon:
                await asyncio.sleep(GATHER_S)
                views, self._soon = list(self._soon), {}
                self._now = set(views)
                for start in range(0, len(views), BUNCH):
                    began = loop.time()
                    await self._bunch(views[start : start + BUNCH])
                    await asyncio.sleep(REST * (loop.time() - began))
        finally:
            self._working = False

    async def _bunch(self, views: Sequence[str]) -> None:
        outcomes = await asyncio.gather(*(self.put(view) for view in views), return_exceptions=True)
        for view, outcome in zip(views, outcomes, strict=True):
            self._now.discard(view)
            if isinstance(outcome, RouterError):
                structlog.get_logger().warning("left_to_courier", code=outcome.code, detail=outcome.detail)
            elif isinstance(outcome, BaseException):
                structlog.get_logger().error("fold_failed", view=view, exc_info=outcome)

    async def put(self, customer: str) -> None:
        """Fold the view of a customer id and put its rows; a view that ceased is emptied."""
        read, fresh = await self.rows_of(customer)
        if read.view.view != customer:
            await self._empty(customer)
            return
        parts = self._parts(read.view.rev)
        try:
            await self._store.put(customer, parts | read.versions, fresh)
        except Stale:
            return  # somebody folded more than we saw, and clears the marks
        if read.view.rev:
            await self._views.clear(customer, read.view.rev)
        for hid, (_, handle_rev) in read.versions.items():
            await self._marks.clear_rows(hid, handle_rev)

    async def _empty(self, customer: str) -> None:
        """Take away the rows of a view that is part of another. Its revision is read before its end is."""
        rev = await self._views.rev(customer)
        view = await self._views.get(customer)
        if view.view == customer:
            self.touch(customer)  # it came back
            return
        try:
            await self._store.put(customer, self._parts(rev), [])
        except Stale:
            return
        await self._views.clear(customer, rev)
        self.touch(view.view)

    def _parts(self, view_rev: int) -> Versions:
        return {"view": (0, view_rev), "settings": (0, self._settings.revision)}

    async def rows_of(self, customer: str) -> tuple[Read, list[Row]]:
        """Read a customer and fold with each window that reports keep; give what was read and the rows."""
        read = await self._folds.read(customer, await self._views.get(customer))
        return read, [
            Row(date_of(row.day), pack(row))
            for days in self._settings.windows
            for row in rows(self._folds.fold(read, days), window_ms=round(days * DAY_MS), zone=self._zone)
        ]
