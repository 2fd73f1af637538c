"""Timelines: record events, and apply what some say of others."""

from __future__ import annotations

from msgspec import Struct

from router.model.handle import Handle
from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.recording import Applied, Applying, Carried, Recorded, Recording
from router.store.workspace import Workspace


class _Cleared(Struct, frozen=True):
    """The reply of ``mark_clear``."""

    cleared: bool


class _Meet(Struct, frozen=True):
    """The request of ``handle_meet``."""

    hid: str
    type: str
    value: str


class _Met(Struct, frozen=True):
    """The reply of ``handle_meet``."""

    fs: int


class Timelines:
    """The timelines of a workspace."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link = link
        self._library = library
        self._workspace = workspace

    async def record(self, entry: Recording) -> Recorded:
        """Record an event, once. Raises IdReused where it is strict and the first had another body."""
        return await self._library.call(
            "event_record",
            self._anchor(entry.hid),
            entry.request(),
            entry.digest,
            entry.body,
            entry.packed(),
            reply=Recorded,
        )

    async def apply(self, entry: Applying) -> Applied:
        """Apply an event to its target, once; the target may come later. Raises IdReused as ``record``."""
        return await self._library.call(
            "event_apply",
            self._anchor(entry.hid),
            entry.request(),
            entry.digest,
            entry.body,
            entry.target,
            reply=Applied,
        )

    async def clear(self, carried: Carried) -> bool:
        """Say that a conversation was carried to routing; False when it changed since, or owed nothing."""
        raw = () if carried.digest is None else (carried.digest,)
        anchor = self._anchor(carried.hid)
        reply = await self._library.call("mark_clear", anchor, carried.request(), *raw, reply=_Cleared)
        return reply.cleared

    async def meet(self, hid: str, handle: Handle) -> int:
        """Meet a handle that a link names; gives when it was first seen, in ms."""
        request = _Meet(hid, handle.type, handle.value)
        return (await self._library.call("handle_meet", self._anchor(hid), request, reply=_Met)).fs

    def _anchor(self, name: str) -> str:
        return keys.slot(self._workspace.prefix(name))
