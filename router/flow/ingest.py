"""The way of an event: tick 1 makes it durable, tick 2 brings its conversation to routing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from router.errors import Invalid, RouterError
from router.flow.background import Background, outcome
from router.flow.carry import Carry, Load
from router.flow.join import Join
from router.flow.prepare import Prepared, Preparer
from router.flow.project import Project
from router.model.event import OWN_SOURCE, Event
from router.ports import Account, Result
from router.store.items import Held
from router.store.recording import Applied, Recorded, Recording
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
        raw: str | None = None,
    ) -> list[Result | RouterError]:
        """Record events, each answered by itself and in order; what was refused before stays in place.

        ``strict``: the same id with other content is refused; a hook's replay never is. ``imported``: old
        history, without items. ``raw``: the name of the raw body they were read from.
        """
        queue, batch = account.queue if account else None, "import" if imported else None
        prepared = [
            self._prepared(entry, queue=queue, batch=batch, strict=strict, raw=raw) for entry in entries
        ]
        known = [one for one in prepared if isinstance(one, Prepared)]
        naming = asyncio.ensure_future(self._names(list({one.place.hid for one in known})))
        kept = iter(await self._timelines.keep([one.stored for one in known if one.stored is not None]))
        stored = [_outcome(one, kept) for one in prepared]
        views = await naming
        held = await self._follow_up(prepared, stored, views, imported=imported)
        return [_result(one, what, views, held) for one, what in zip(prepared, stored, strict=True)]

    def _prepared(self, entry: Event | RouterError, **how: Any) -> Prepared | RouterError:
        """Prepare an event; keep what was refused at the door, refuse what comes under our own name."""
        if isinstance(entry, RouterError):
            return entry
        if entry.source == OWN_SOURCE:
            return Invalid(f"`{OWN_SOURCE}` is the router's own source; choose another", field="/source")
        return self._preparer.prepare(entry, **how)

    async def _names(self, hids: Sequence[str]) -> dict[str, str]:
        """Name the view of each handle; the handle itself when routing does not answer."""
        try:
            return dict(zip(hids, await self._views.names(hids), strict=True))
        except RouterError:
            return dict(zip(hids, hids, strict=True))

    async def _follow_up(
        self,
        prepared: Sequence[Prepared | RouterError],
        stored: Sequence[Stored],
        views: dict[str, str],
        *,
        imported: bool,
    ) -> dict[str, Held]:
        """Carry what was marked; give the item of each conversation that was carried in time."""
        loads: dict[str, Load] = {}
        joins = []
        for one, what in zip(prepared, stored, strict=True):
            if isinstance(one, RouterError) or not isinstance(what, Recorded | Applied):
                continue
            place = one.place
            if not what.dup:
                self._project.touch(views[place.hid])
            if not isinstance(what, Recorded):
                continue
            if isinstance(one.stored, Recording) and one.stored.pairs:
                joins.append(self._background.spawn(self._join.pairs(place.hid, one.stored.pairs)))
            before = loads.get(place.conversation)
            if what.marked and (before is None or what.rev > before.state.rev):
                loads[place.conversation] = Load(
                    cnv=place.conversation,
                    hid=place.hid,
                    view=views[place.hid],
                    state=what,
                    own=one.want,
                    digest=None if imported else place.digest,
                )
        if not loads and not joins:
            return {}
        carried = self._background.spawn(self._carry.conversations(list(loads.values())))
        await self._background.within(self._answer_wait_s, carried, *joins)
        return outcome(carried) or {}


def _outcome(one: Prepared | RouterError, kept: Iterator[Recorded | Applied | RouterError]) -> Stored:
    """Give what became of an event; ``kept`` has it for those that are stored, in order."""
    if isinstance(one, RouterError):
        return one
    return None if one.stored is None else next(kept)


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
        # What was routed remembers a view that is another than the handle; the rest has the view of now.
        first = what.view or (place.hid if what.item else view)
        return Result(place.event, first, place.conversation, what.item or now.item, True)
    return Result(place.event, view, place.conversation, now.item if now.open else None, False)
