"""Links and unlinks handles: thinks with policy.linking, commits under the revisions it looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import structlog

from router.errors import Apart, Invalid, NotFound
from router.flow import shown
from router.flow.prepare import PairDoc
from router.flow.project import Project
from router.flow.route import Route
from router.model import ids
from router.model.context import LinkShown
from router.model.handle import Handle, Trust
from router.model.view import Edge, Member, Regrouping, View
from router.policy import linking
from router.policy.handles import normal_form
from router.policy.linking import Evidence
from router.store.marks import Marks
from router.store.recording import Pair
from router.store.registers import Registers
from router.store.threads import Threads
from router.store.timelines import Timelines
from router.store.views import Views

ATTESTED = 2
"""The rank from which a pair joins by itself; what is less a person decides."""

_DOC = msgspec.json.Decoder(PairDoc)


class Join:
    """Who is one person. Nothing moves: an edge is added or removed, and the views follow."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a link touches
        self,
        views: Views,
        timelines: Timelines,
        registers: Registers,
        marks: Marks,
        threads: Threads,
        project: Project,
        route: Route,
        hash_key: bytes,
        now: Callable[[], float],
    ) -> None:
        self._views, self._timelines, self._registers = views, timelines, registers
        self._marks, self._threads, self._project, self._route = marks, threads, project, route
        self._hash_key, self._now = hash_key, now

    async def pairs(self, hid: str, pairs: Sequence[Pair]) -> None:
        """Decide the pairs an event named, and clear what the event owed."""
        await asyncio.gather(*(self.pair(hid, one.hid, one.doc) for one in pairs))

    async def thread(self, hid: str) -> None:
        """Link what rests with a thread, by its own handle, to the customer of the thread."""
        if doc := await self._marks.pair(hid, hid):
            await self.pair(hid, hid, doc)

    async def pair(self, hid: str, other: str, doc: str) -> None:
        """Link an attested pair; leave any other to people. A pair kept apart stays apart.

        A thread that is paired with itself named nobody: the customer of the thread is meant.
        """
        named = _DOC.decode(doc)
        handle = Handle(named.type, named.value) if hid != other else await self._threads.customer(hid)
        if named.rank >= ATTESTED and handle is not None:
            evidence = Evidence(named.who, int(self._now() * 1000), named.why, "attested")
            meant = other if hid != other else ids.handle_id(self._hash_key, handle)
            try:
                await self._commit(hid, meant, handle, evidence, automatic=True)
            except Apart as wall:
                structlog.get_logger().info("kept_apart", detail=wall.detail)
        await self._marks.clear_link(hid, other, doc)

    async def link(
        self, customer: str, other: Handle | str, /, *, who: str, why: str | None, trust: Trust
    ) -> LinkShown:
        """Join a customer with a handle or another customer id: a person decides. NotFound, Invalid."""
        if isinstance(other, Handle):
            handle = normal_form(other.type, other.value)
            if handle is None:
                raise Invalid(f"{other} is nobody's address", field="/handle")
            hid = ids.handle_id(self._hash_key, handle)
        else:
            hid, handle = other, (await self._known(other)).handle
        evidence = Evidence(who, int(self._now() * 1000), why or "decided by a person", trust)
        return show(await self._commit(customer, hid, handle, evidence, automatic=False), customer)

    async def unlink(self, customer: str, link: str, /, *, who: str) -> None:
        """Remove a link; the pair is kept apart until a person links it again. NotFound."""

        async def attempt() -> Regrouping | None:
            view, known = await asyncio.gather(self._views.get(customer), self._views.edges(customer))
            edge = next((one for one in known if one.id == link), None)
            if edge is None:
                raise NotFound(f"there is no link {link} at customer {customer}")
            change = linking.part(view, edge, known, who=who, when=int(self._now() * 1000))
            if change is not None:
                await self._views.commit(change)
            return change

        self._refresh(await self._route.fresh(attempt))

    async def _commit(
        self, one: str, other: str, handle: Handle, evidence: Evidence, *, automatic: bool
    ) -> Edge:
        if one == other:
            raise Invalid("a customer cannot be linked with the same handle", field="/handle")
        first = await self._known(one)
        second = Member(other, handle, await self._timelines.meet(other, handle))
        edge = linking.new_edge(first, second, evidence)

        async def attempt() -> Edge:
            mine, theirs = await asyncio.gather(self._views.get(one), self._views.get(other))
            known = await self._views.edges(*mine.hids, *theirs.hids)
            change = linking.join(
                _alone(mine, first), _alone(theirs, second), edge, known, automatic=automatic
            )
            if change is None:
                return next(old for old in known if old.id == edge.id)
            await self._views.commit(change)
            self._refresh(change)
            return edge

        return await self._route.fresh(attempt)

    async def _known(self, hid: str) -> Member:
        try:
            (record,) = await self._registers.handles([hid])
        except ValueError as problem:
            raise NotFound(f"there is no customer {hid}") from problem
        if record is None:
            raise NotFound(f"there is no customer {hid}")
        return Member(hid, Handle(record.type, record.value), record.first_seen)

    def _refresh(self, change: Regrouping | None) -> None:
        """Let the rows of every view that changed be put anew, and those that ceased be emptied."""
        if change is not None:
            for view in (*(one.view for one in change.views), *change.gone):
                self._project.touch(view)


def _alone(view: View, member: Member) -> View:
    """Give a view of one its member, which the store does not keep."""
    return view if view.members else View(view.view, view.rev, (member,))


def show(edge: Edge, seen_from: str) -> LinkShown:
    """Show an edge from one of its ends."""
    far = edge.a if edge.b.hid == seen_from else edge.b
    return LinkShown(
        id=edge.id,
        with_=str(far.handle),
        who=edge.who,
        when=shown.at(edge.when),
        why=edge.why,
        trust=edge.trust,  # type: ignore[arg-type] # written from Trust
    )
