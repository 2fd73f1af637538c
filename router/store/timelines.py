"""Timelines: record events, and apply what some say of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, overload

from msgspec import Struct

from router.errors import RouterError
from router.model.handle import Handle
from router.store import keys
from router.store.library import Call, Library
from router.store.link import Link
from router.store.recording import Applied, Applying, Carried, Recorded, Recording
from router.store.workspace import Workspace

T = TypeVar("T")


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
        return _sound(*await self.keep([entry]))

    async def apply(self, entry: Applying) -> Applied:
        """Apply an event to its target, once; the target may come later. Raises IdReused as ``record``."""
        return _sound(*await self.keep([entry]))

    @overload
    async def keep(self, entries: Sequence[Recording]) -> list[Recorded | RouterError]: ...
    @overload
    async def keep(self, entries: Sequence[Applying]) -> list[Applied | RouterError]: ...
    @overload
    async def keep(
        self, entries: Sequence[Recording | Applying]
    ) -> list[Recorded | Applied | RouterError]: ...
    async def keep(self, entries: Sequence[Recording | Applying]) -> Any:
        """Record or apply many at once; an error stands where ``record`` or ``apply`` would raise it."""
        calls: list[Call[Any]] = [
            Call(
                "event_record",
                self._anchor(entry.hid),
                entry.request(),
                Recorded,
                (entry.digest, entry.body, entry.packed(), *([entry.target] if entry.target else [])),
            )
            if isinstance(entry, Recording)
            else Call(
                "event_apply",
                self._anchor(entry.hid),
                entry.request(),
                Applied,
                (entry.digest, entry.body, entry.target),
            )
            for entry in entries
        ]
        return await self._library.each(calls)

    async def clear(self, carried: Carried) -> bool:
        """Say that a conversation was carried to routing; False when it changed since, or owed nothing."""
        return _sound(*await self.cleared([carried]))

    async def cleared(self, done: Sequence[Carried]) -> list[bool | RouterError]:
        """Say it of many conversations at once."""
        calls = [
            Call(
                "mark_clear",
                self._anchor(one.hid),
                one.request(),
                _Cleared,
                tuple(one.digests),
            )
            for one in done
        ]
        found = await self._library.each(calls)
        return [one if isinstance(one, RouterError) else one.cleared for one in found]

    async def meet(self, hid: str, handle: Handle) -> int:
        """Meet a handle that a link names; gives when it was first seen, in ms."""
        request = _Meet(hid, handle.type, handle.value)
        return (await self._library.call("handle_meet", self._anchor(hid), request, reply=_Met)).fs

    def _anchor(self, name: str) -> str:
        return keys.slot(self._workspace.prefix(name))


def _sound(outcome: T | RouterError) -> T:
    if isinstance(outcome, RouterError):
        raise outcome
    return outcome
