"""The way of an event: tick 1 makes it durable, tick 2 brings its conversation to routing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from router.errors import Invalid, RouterError
from router.flow.aim import Aim
from router.flow.background import Background
from router.flow.carry import Carry, Load
from router.flow.join import Join
from router.flow.prepare import Prepared, Preparer
from router.flow.project import Project
from router.flow.together import Together
from router.model.event import OWN_SOURCE, Event
from router.ports import Account, Result
from router.store.items import Held
from router.store.recording import Applied, Recorded, Recording
from router.store.threads import Meet, Threads
from router.store.timelines import Timelines
from router.store.views import Views

CHUNK = 250
"""Events of a batch that are recorded in one go: some 20 ms of the engine, which others wait for."""


MET = 20_000
"""Threads whose customer this process has noted: it notes each once."""


class Arrived(Struct, frozen=True):
    """What tick 1 left of an event: what became of it (None: it is not kept), and its handle's view.

    ``met``: events of its thread that named nobody wait for the customer it named.
    """

    stored: Recorded | Applied | RouterError | None
    view: str
    met: bool = False


class Ingest:
    """Takes events in. What it answers is durable; what follows is carried, now or by the courier."""

    def __init__(  # noqa: PLR0913, PLR0917 - the rooms an event passes
        self,
        preparer: Preparer,
        aim: Aim,
        timelines: Timelines,
        threads: Threads,
        views: Views,
        carry: Carry,
        join: Join,
        project: Project,
        background: Background,
        *,
        answer_wait_s: float,
    ) -> None:
        self._preparer, self._aim = preparer, aim
        self._timelines, self._threads, self._views = timelines, threads, views
        self._join, self._project = join, project
        self._background, self._answer_wait_s = background, answer_wait_s
        self._arriving = Together(self._arrive, background)
        self._met: set[str] = set()
        self._carrying = Together(carry.conversations, background, patience_s=answer_wait_s)

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
        entries = await self._aim.named(entries)
        results: list[Result | RouterError] = []
        for first in range(0, len(entries), CHUNK):
            prepared = [
                self._prepared(entry, queue=queue, batch=batch, strict=strict, raw=raw)
                for entry in entries[first : first + CHUNK]
            ]
            results += await self._record(prepared, imported=imported)
        return results

    async def put(self, prepared: Prepared) -> Result:
        """Record one event that is prepared already. Raises what it is refused with."""
        (result,) = await self._record([prepared], imported=False)
        if isinstance(result, RouterError):
            raise result
        return result

    async def _record(
        self, prepared: Sequence[Prepared | RouterError], *, imported: bool
    ) -> list[Result | RouterError]:
        known = [one for one in prepared if isinstance(one, Prepared)]
        arrived = [one for one in await self._arriving.ask(known) if one is not None]
        held = await self._follow_up(known, arrived, imported=imported)
        given = zip(known, arrived, strict=True)
        return [one if isinstance(one, RouterError) else _result(*next(given), held) for one in prepared]

    def _prepared(self, entry: Event | RouterError, **how: Any) -> Prepared | RouterError:
        """Prepare an event; keep what was refused at the door, refuse what comes under our own name."""
        if isinstance(entry, RouterError):
            return entry
        if entry.source == OWN_SOURCE:
            return Invalid(f"`{OWN_SOURCE}` is the router's own source; choose another", field="/source")
        return self._preparer.prepare(entry, **how)

    async def _arrive(self, known: Sequence[Prepared]) -> list[Arrived]:
        """Tick 1: keep events, and learn whose they are."""
        naming = asyncio.ensure_future(self._names(list({one.place.hid for one in known})))
        meeting = asyncio.ensure_future(self._meet({one.meet.hid: one.meet for one in known if one.meet}))
        kept = iter(await self._timelines.keep([one.stored for one in known if one.stored is not None]))
        views, met = await naming, await meeting
        return [
            _arrived(one, None if one.stored is None else next(kept), views[one.place.hid], met)
            for one in known
        ]

    async def _meet(self, meets: Mapping[str, Meet]) -> dict[str, bool | RouterError]:
        """Note the customers of threads that are new here; give which threads wait for them."""
        new = [meet for hid, meet in meets.items() if hid not in self._met]
        met = dict(zip((one.hid for one in new), await self._threads.meet(new), strict=True)) if new else {}
        if len(self._met) > MET:
            self._met.clear()
        self._met.update(hid for hid, outcome in met.items() if not isinstance(outcome, RouterError))
        return met

    async def _names(self, hids: Sequence[str]) -> dict[str, str]:
        """Name the view of each handle; the handle itself when routing does not answer."""
        try:
            return dict(zip(hids, await self._views.names(hids), strict=True))
        except RouterError:
            return dict(zip(hids, hids, strict=True))

    async def _follow_up(
        self, known: Sequence[Prepared], arrived: Sequence[Arrived], *, imported: bool
    ) -> dict[str, Held | None]:
        """Tick 2: carry what was marked; give the item of each conversation that was carried in time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._answer_wait_s
        loads: dict[str, Load] = {}
        digests: dict[str, list[bytes]] = {}
        joins: list[asyncio.Task[None]] = []
        for one, what in zip(known, arrived, strict=True):
            stored, place = what.stored, one.place
            if not isinstance(stored, Recorded | Applied):
                continue
            if not stored.dup:
                self._project.touch(what.view)
            if not isinstance(stored, Recorded):
                continue
            joins += self._joins(one, what)
            if not (stored.marked or _lost(one, stored)):
                continue
            leading = digests.setdefault(place.conversation, [])
            if not imported:
                leading.append(place.digest)
            before = loads.get(place.conversation)
            if before is None or stored.rev > before.state.rev:
                loads[place.conversation] = Load(
                    cnv=place.conversation,
                    hid=place.hid,
                    view=what.view,
                    state=stored,
                    own=one.want,
                    digests=leading,
                )
        held = await self._carrying.ask(list(loads.values()))
        if joins:
            await self._background.within(until - loop.time(), *joins)
        return dict(zip(loads, held, strict=True))

    def _joins(self, one: Prepared, what: Arrived) -> list[asyncio.Task[None]]:
        """Begin to link what an event says belongs together."""
        joins = []
        if what.met and one.meet:
            joins.append(self._background.spawn(self._join.thread(one.meet.hid)))
        if isinstance(one.stored, Recording) and one.stored.pairs:
            joins.append(self._background.spawn(self._join.pairs(one.place.hid, one.stored.pairs)))
        return joins


def _arrived(
    one: Prepared,
    stored: Recorded | Applied | RouterError | None,
    view: str,
    met: Mapping[str, bool | RouterError],
) -> Arrived:
    """Put together what tick 1 gave; an event whose thread could not be noted comes again."""
    found = met.get(one.meet.hid, False) if one.meet else False
    if isinstance(found, RouterError):
        return Arrived(found, view)
    return Arrived(stored, view, found)


def _lost(one: Prepared, stored: Recorded) -> bool:
    """Tell a replay whose item was not written down: who carried it died before. Routing still knows it."""
    return stored.dup and stored.item is None and one.want is not None


def _result(one: Prepared, what: Arrived, held: Mapping[str, Held | None]) -> Result | RouterError:
    stored, place = what.stored, one.place
    if isinstance(stored, RouterError):
        return stored
    if not isinstance(stored, Recorded):
        duplicate = isinstance(stored, Applied) and stored.dup
        return Result(place.event, what.view, None, None, duplicate)
    now = held.get(place.conversation) or Held()
    if stored.dup:
        # What was routed remembers a view that is another than the handle; the rest has the view of now.
        first = stored.view or (place.hid if stored.item else what.view)
        return Result(place.event, first, place.conversation, stored.item or now.item, True)
    return Result(place.event, what.view, place.conversation, now.item if now.open else None, False)
