"""Views: which handles are one customer, in the routing slot."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from router.model.view import Edge, Member, Regrouping, View
from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

_EDGES = 2000
"""So many edges are read around a view: at most 50 addresses, and the threads that named nobody."""

_edge = msgspec.json.Decoder(Edge).decode
_member = msgspec.json.Decoder(Member).decode


class _Get(Struct, frozen=True):
    """The request of ``view_get``."""

    hid: str


class _Got(Struct, frozen=True):
    """The reply of ``view_get``; ``members`` flat, each a handle id and JSON."""

    view: str
    rev: int
    members: list[str] = []


class _Walk(Struct, frozen=True):
    """The request of ``edges_read``."""

    hids: Sequence[str]
    limit: int


class _Walked(Struct, frozen=True):
    """The reply of ``edges_read``: JSON of each edge."""

    edges: list[str] = []


class _View(Struct, frozen=True):
    """A view as it shall be; ``members`` flat."""

    view: str
    members: list[str]


class _Commit(Struct, frozen=True):
    """The request of ``views_commit``."""

    edge: str
    a: str
    b: str
    doc: str
    apart: bool
    automatic: bool
    views: list[_View]
    gone: Sequence[str]
    guards: list[str | int]


class _Committed(Struct, frozen=True):
    """The reply of ``views_commit``, flat."""

    revs: list[str | int]


class _Clear(Struct, frozen=True):
    """The request of ``view_mark_clear``."""

    view: str
    rev: int


class _Cleared(Struct, frozen=True):
    """The reply of ``view_mark_clear``."""

    cleared: bool


class Views:
    """The views of a workspace."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link = link
        self._library = library
        self._p = workspace.routing
        self._anchor = keys.slot(self._p)

    async def get(self, hid: str) -> View:
        """Give the view a handle belongs to now, its members ordered by (first_seen, id)."""
        got = await self._library.call("view_get", self._anchor, _Get(hid), reply=_Got)
        members = sorted(map(_member, got.members[1::2]), key=lambda one: (one.first_seen, one.hid))
        return View(got.view, got.rev, tuple(members))

    async def names(self, hids: Sequence[str]) -> list[str]:
        """Name the view each handle belongs to now; one that is linked to no other is its own."""
        if not hids:
            return []
        found = await self._link.call("MGET", *(keys.view_of(self._p, hid) for hid in hids), key=self._anchor)
        return [hid if view is None else view.decode() for hid, view in zip(hids, found, strict=True)]

    async def edges(self, *hids: str) -> list[Edge]:
        """Give every edge there ever was around these handles, also removed ones, at most 2000."""
        request = _Walk(hids, _EDGES)
        walked = await self._library.call("edges_read", self._anchor, request, reply=_Walked)
        return [_edge(text) for text in walked.edges]

    async def commit(self, change: Regrouping) -> dict[str, int]:
        """Commit a decision about an edge; gives the new revision of every view it touched.

        Raises Stale when a guarded view changed since it was looked at, Apart when no person decided and
        a person keeps the pair apart.
        """
        edge = change.edge
        request = _Commit(
            edge=edge.id,
            a=edge.a.hid,
            b=edge.b.hid,
            doc=_text(edge),
            apart=edge.apart,
            automatic=change.automatic,
            views=[_View(one.view, _flat(one.members)) for one in change.views],
            gone=change.gone,
            guards=[word for pair in change.guards.items() for word in pair],
        )
        done = await self._library.call("views_commit", self._anchor, request, reply=_Committed)
        return dict(zip(map(str, done.revs[::2]), map(int, done.revs[1::2]), strict=True))

    async def rev(self, view: str) -> int:
        """Give the revision of a view id, also of one that ceased; 0 where it never changed."""
        return int(await self._link.call("HGET", keys.view_revs(self._p), view, key=self._p) or 0)

    async def owed(self, limit: int) -> list[str]:
        """Give the ids of views that owe their rows, among the ``limit`` oldest debts of the slot."""
        names = await self._link.call("ZRANGE", keys.marks(self._p), 0, limit - 1, key=self._p)
        return [name[2:].decode() for name in names if name.startswith(b"v:")]

    async def clear(self, view: str, rev: int) -> bool:
        """Say that the rows were put with the view at ``rev``; False if it changed since."""
        request = _Clear(view, rev)
        return (await self._library.call("view_mark_clear", self._anchor, request, reply=_Cleared)).cleared


def _text(what: Struct) -> str:
    return msgspec.json.encode(what).decode()


def _flat(members: Sequence[Member]) -> list[str]:
    return [word for member in members for word in (member.hid, _text(member))]
