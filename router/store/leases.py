"""Who listens to what: of several routers on one store, one at a time listens to a source."""

from __future__ import annotations

from msgspec import Struct

from router.store import keys
from router.store.library import Library
from router.store.workspace import Workspace

_ANCHOR = keys.slot(keys.SYSTEM)


class _Take(Struct, frozen=True):
    """The request of ``lease_take``."""

    workspace: str
    source: str
    holder: str
    ms: int


class _Taken(Struct, frozen=True):
    """The reply of ``lease_take``."""

    held: bool


class _Leave(Struct, frozen=True):
    """The request of ``lease_leave``."""

    workspace: str
    source: str
    holder: str


class _Left(Struct, frozen=True):
    """The reply of ``lease_leave``."""

    left: bool


class Leases:
    """The leases of a workspace's sources, for one ``holder``; each lasts ``lease_s`` seconds."""

    def __init__(self, library: Library, workspace: Workspace, holder: str, lease_s: float) -> None:
        self._library, self._workspace, self._holder = library, workspace.name, holder
        self.lease_s = lease_s

    async def take(self, source: str) -> bool:
        """Take the lease of a source, or hold it longer; False while it is another's."""
        request = _Take(self._workspace, source, self._holder, max(1, int(self.lease_s * 1000)))
        return (await self._library.call("lease_take", _ANCHOR, request, reply=_Taken)).held

    async def leave(self, source: str) -> bool:
        """Give the lease of a source up; False where it was not held."""
        request = _Leave(self._workspace, source, self._holder)
        return (await self._library.call("lease_leave", _ANCHOR, request, reply=_Left)).left
