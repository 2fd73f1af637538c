"""Where the listeners of a workspace are: what they go on from after a restart."""

from __future__ import annotations

from router.store import keys, keys_system
from router.store.link import Link
from router.store.workspace import Workspace

_ANCHOR = keys.slot(keys.SYSTEM)


class Places:
    """A text of its own for each source; it lasts until the next is kept."""

    def __init__(self, link: Link, workspace: Workspace) -> None:
        self._link = link
        self._key = keys_system.places(keys_system.SYSTEM, workspace.name)

    async def get(self, source: str) -> str | None:
        """Give the place of a source; None where it never kept one."""
        found = await self._link.call("HGET", self._key, source, key=_ANCHOR)
        return None if found is None else found.decode()

    async def put(self, source: str, place: str) -> None:
        """Keep the place of a source; the last one counts."""
        await self._link.call("HSET", self._key, source, place, key=_ANCHOR)
