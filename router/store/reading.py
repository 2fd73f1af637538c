"""Reading timelines: plain commands, all handles of a view at once, on the lane of bulk reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from router.store import keys
from router.store.entries import Kept, digest_in, merge, standing, unpack
from router.store.library import Library
from router.store.link import Keyed, Link
from router.store.recording import PREFIX_SIZE
from router.store.workspace import Workspace

Versions = dict[str, tuple[int, int]]
"""Of each handle (epoch, revision): it grows with whatever changes the handle's entries."""

_MEANWHILE = 8
"""A page takes in so many late entries that were placed between finding its end and reading it."""


class _Seek(Struct, frozen=True):
    """The request of ``entry_seek``."""

    hid: str


class Reading:
    """What rests on the timelines of a workspace."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link = link
        self._library = library
        self._workspace = workspace

    async def newest(self, hids: Sequence[str], limit: int) -> list[Kept]:
        """Give the newest entries of these handles together, newest first."""
        calls: list[Keyed] = []
        for hid in hids:
            p = self._workspace.prefix(hid)
            calls += [(p, ("LRANGE", keys.timeline(p, hid), -limit, -1)), (p, ("HLEN", keys.overlay(p, hid)))]
        found = await self._link.all(calls, read=True)
        slices = zip(hids, found[::2], found[1::2], strict=True)
        read = [await self._overlaid(hid, packed, changed) for hid, packed, changed in slices]
        return merge(read)[::-1][:limit]

    async def page(self, hids: Sequence[str], before: bytes, limit: int) -> list[Kept]:
        """Give the entries before a prefix, newest first; ValueError when it is no prefix."""
        if len(before) != PREFIX_SIZE:
            raise ValueError("a prefix of an entry has 32 bytes")
        found = await asyncio.gather(*(self._before(hid, before, limit) for hid in hids))
        return merge(found)[::-1][:limit]

    async def whole(self, hids: Sequence[str]) -> tuple[Versions, list[Kept]]:
        """Give all entries of these handles together, oldest first, and the version of each handle.

        A version is never newer than what is read with it; (epoch, 0) of a handle that has nothing.
        """
        calls: list[Keyed] = []
        for hid in hids:
            p = self._workspace.prefix(hid)
            calls += [
                (p, ("HGET", keys.slot(p), "epoch")),
                (p, ("HGET", keys.handle(p, hid), "rev")),
                (p, ("LRANGE", keys.timeline(p, hid), 0, -1)),
                (p, ("HGETALL", keys.overlay(p, hid))),
            ]
        found = await self._link.all(calls, read=True)
        parts = list(zip(hids, found[::4], found[1::4], found[2::4], found[3::4], strict=True))
        versions = {hid: (int(epoch or 0), int(rev or 0)) for hid, epoch, rev, _, _ in parts}
        overlaid = [
            unpack(packed, dict(zip(flat[::2], flat[1::2], strict=True))) for *_, packed, flat in parts
        ]
        return versions, merge(overlaid)

    async def standing(self, hid: str, digest: bytes) -> tuple[str | None, str | None]:
        """Give the status that later events bring an entry to, and why; None where they say nothing."""
        p = self._workspace.prefix(hid)
        return standing(await self._link.call("HGET", keys.overlay(p, hid), digest, key=p))

    async def _before(self, hid: str, before: bytes, limit: int) -> list[Kept]:
        anchor = keys.slot(self._workspace.prefix(hid))
        end = int(await self._library.call("entry_seek", anchor, _Seek(hid), before))
        found = await self._slice(hid, max(0, end - limit - 1), end + _MEANWHILE) if end else []
        return [entry for entry in found if entry.prefix < before][-limit:]

    async def _slice(self, hid: str, first: int, last: int) -> list[Kept]:
        """Read entries by place."""
        p = self._workspace.prefix(hid)
        packed, changed = await self._link.many(
            [("LRANGE", keys.timeline(p, hid), first, last), ("HLEN", keys.overlay(p, hid))], key=p, read=True
        )
        return await self._overlaid(hid, packed, changed)

    async def _overlaid(self, hid: str, packed: Sequence[bytes], changed: int) -> list[Kept]:
        """Unpack entries; ask for their overlays only where the handle has any."""
        if not packed or not changed:
            return unpack(packed, {})
        p = self._workspace.prefix(hid)
        digests = [digest_in(one) for one in packed]
        overlays = await self._link.call("HMGET", keys.overlay(p, hid), *digests, key=p, read=True)
        return unpack(packed, dict(zip(digests, overlays, strict=True)))
