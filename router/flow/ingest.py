"""The way of an event: tick 1 makes it durable, tick 2 brings its conversation to routing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from router.errors import RouterError
from router.flow.background import Background, outcome
from router.flow.carry import Carry
from router.flow.join import Join
from router.flow.prepare import Prepared, Preparer
from router.flow.project import Project
from router.model.event import Event
from router.ports import Account, Result
from router.store.items import Held
from router.store.recording import Applied, Applying, Recorded, Recording
from router.store.timelines import Timelines
from router.store.views import Views

Stored = Recorded | Applied | RouterError | None


class Ingest:
    """Takes events in. What it answers is durable; what follows is carried, now or by the courier."""

    def __init__(  # noqa: PLR0913, PLR0917 - the rooms an event passes
        self,
        preparer: Preparer,
        timelines: Timelines,
        views: Views,
        carry: Carry,
        join: Join,
        project: Project,
        background: Background,
        *,
        answer_wait_s: float,
    ) -> None:
        self._preparer, self._timelines, self._views = preparer, timelines, views
        self._carry, self._join, self._project = carry, join, project
        self._background, self._answer_wait_s = background, answer_wait_s

    async def record(
        self,
        entries: Sequence[Event | RouterError],
        *,
        account: Account | None = None,
        imported: bool = False,
        strict: bool = True,
    ) -> list[Result | RouterError]:
        """Record events, each answered by itself and in order; what was refused before stays in place.

        ``strict``: the same id with other content is refused; a hook's replay never is. ``imported``: old
        history, without items.
        """
        queue, batch = account.queue if account else None, "import" if imported else None
        prepared = [
            entry
            if isinstance(entry, RouterError)
            else self._preparer.prepare(entry, queue=queue, batch=batch, strict=strict)
            for entry in entries
        ]
        hids = {one.place.hid for one in prepared if isinstance(one, Prepared)}
        views_due = asyncio.gather(*(self._view(hid) for hid in hids))
        stored = await asyncio.gather(*(self._store(one) for one in prepared))
        views = dict(zip(hids, await views_due, strict=True))
        held = await self._follow_up(prepared, stored, views, imported=imported)
        return [_result(one, what, views, held) for one, what in zip(prepared, stored, strict=True)]

    async def _view(self, hid: str) -> str:
        """Name the view of a handle; the handle itself when routing does not answer."""
        try:
            return (await self._views.get(hid)).view
        except RouterError:
            return hid

    async def _store(self, one: Prepared | RouterError) -> Stored:
        if isinstance(one, RouterError):
            return one
        try:
            if isinstance(one.stored, Recording):
                return await self._timelines.record(one.stored)
            if isinstance(one.stored, Applying):
                return await self._timelines.apply(one.stored)
        except RouterError as problem:
            return problem
        return None

    async def _follow_up(
        self,
        prepared: Sequence[Prepared | RouterError],
        stored: Sequence[Stored],
        views: dict[str, str],
        *,
        imported: bool,
    ) -> dict[str, Held]:
        """Carry what was marked; give the item of each conversation that was carried in time."""
        newest: dict[str, tuple[Prepared, Recorded]] = {}
        joins = []
        for one, what in zip(prepared, stored, strict=True):
            if isinstance(one, RouterError) or not isinstance(what, Recorded | Applied):
                continue
            self._project.touch(views[one.place.hid])
            if not isinstance(what, Recorded):
                continue
            if isinstance(one.stored, Recording) and one.stored.pairs:
                joins.append(self._background.spawn(self._join.pairs(one.place.hid, one.stored.pairs)))
            before = newest.get(one.place.conversation)
            if what.marked and (before is None or what.rev > before[1].rev):
                newest[one.place.conversation] = (one, what)
        carried = {
            cnv: self._background.spawn(
                self._carry.conversation(
                    cnv,
                    (one.place.hid, views[one.place.hid]),
                    what,
                    own=one.want,
                    digest=None if imported else one.place.digest,
                )
            )
            for cnv, (one, what) in newest.items()
        }
        await self._background.within(self._answer_wait_s, *carried.values(), *joins)
        return {cnv: held for cnv, task in carried.items() if (held := outcome(task)) is not None}


def _result(
    one: Prepared | RouterError, what: Stored, views: dict[str, str], held: dict[str, Held]
) -> Result | RouterError:
    if isinstance(what, RouterError):
        return what
    if isinstance(one, RouterError):
        return one
    view = views[one.place.hid]
    place = one.place
    if not isinstance(what, Recorded):
        duplicate = isinstance(what, Applied) and what.dup
        return Result(place.event, view, None, None, duplicate)
    now = held.get(place.conversation, Held())
    if what.dup:
        return Result(place.event, what.view or place.hid, place.conversation, what.item or now.item, True)
    return Result(place.event, view, place.conversation, now.item if now.open else None, False)
