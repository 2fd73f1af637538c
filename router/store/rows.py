"""Rows: what reports are made of, one of an episode, by the day of its first attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace


class Row(Struct, frozen=True):
    """A row as it is kept: the ``day`` it is counted on (YYYY-MM-DD) and its packed ``body``."""

    day: str
    body: bytes


class _Put(Struct, frozen=True):
    """The request of ``rows_put``; ``parts`` flat: name, epoch, rev."""

    view: str
    parts: list[str | int]
    days: list[str]


class _Done(Struct, frozen=True):
    """The reply of ``rows_put``, flat: day, change counter."""

    days: list[str | int] = []


class Rows:
    """The report rows of a workspace."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link = link
        self._library = library
        self._p = workspace.rows

    async def put(
        self, view: str, parts: Mapping[str, tuple[int, int]], rows: Sequence[Row]
    ) -> dict[str, int]:
        """Put the rows of a view in place of those it had; no rows empty it.

        ``parts``: (epoch, revision) of all that was folded: the view, the settings, each handle. Raises
        Stale when any is smaller than what was put before. Gives the days that changed, with their counters.
        """
        flat = [word for name, version in parts.items() for word in (name, *version)]
        request = _Put(view, flat, [row.day for row in rows])
        bodies = [row.body for row in rows]
        done = await self._library.call("rows_put", keys.slot(self._p), request, *bodies, reply=_Done)
        return dict(zip(map(str, done.days[::2]), map(int, done.days[1::2]), strict=True))

    async def read(self, days: Sequence[str]) -> list[bytes]:
        """Give the bodies of all rows of these days."""
        found = await asyncio.gather(*(self._day(day) for day in days))
        return [body for bodies in found for body in bodies]

    async def by_view(self, days: Sequence[str]) -> dict[str, frozenset[bytes]]:
        """Give the bodies of all rows of these days by the view they belong to."""
        found: dict[str, set[bytes]] = {}
        for day in days:
            flat = await self._link.call("HGETALL", keys.rows(self._p, day), key=self._p, read=True)
            for name, body in zip(flat[::2], flat[1::2], strict=True):
                found.setdefault(name.decode().rpartition(":")[0], set()).add(body)
        return {view: frozenset(bodies) for view, bodies in found.items()}

    async def changes(self, days: Sequence[str]) -> list[int]:
        """Give the change counter of each day: while it stands the rows of the day are the same."""
        if not days:
            return []
        counters = await self._link.call("HMGET", keys.row_changes(self._p), *days, key=self._p)
        return [int(counter or 0) for counter in counters]

    async def _day(self, day: str) -> list[bytes]:
        bodies: list[bytes] = await self._link.call("HVALS", keys.rows(self._p, day), key=self._p, read=True)
        return bodies
