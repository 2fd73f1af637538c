"""Threads: whose they are, for events that name a thread and nobody."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from router.errors import RouterError
from router.model.handle import Handle
from router.store import keys
from router.store.library import Call, Library
from router.store.link import Link
from router.store.workspace import Workspace


class Meet(Struct, frozen=True):
    """The request of ``thread_meet``: a customer's handle in the thread whose own handle is ``hid``."""

    hid: str
    type: str
    value: str


class _Met(Struct, frozen=True):
    """The reply of ``thread_meet``."""

    owed: bool


class Threads:
    """The customers of the threads of a workspace: of each the first who was met."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link, self._library, self._workspace = link, library, workspace

    async def meet(self, meets: Sequence[Meet]) -> list[bool | RouterError]:
        """Note customers; give of each whether events of its thread wait for them, or why it failed."""
        calls = [Call("thread_meet", keys.slot(self._workspace.prefix(one.hid)), one, _Met) for one in meets]
        found = await self._library.each(calls)
        return [one if isinstance(one, RouterError) else one.owed for one in found]

    async def customer(self, hid: str) -> Handle | None:
        """Give the customer of the thread whose own handle is ``hid``; None while nobody is known."""
        p = self._workspace.prefix(hid)
        kind, value = await self._link.call("HMGET", keys.thread(p, hid), "t", "v", key=p)
        return None if value is None else Handle(kind.decode(), value.decode())
