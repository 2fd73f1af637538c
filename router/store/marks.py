"""Marks: what a partition owes to another slot, until it was carried there."""

from __future__ import annotations

import asyncio
from typing import Literal

from msgspec import Struct

from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace

Owed = Literal["conversation", "rows", "link", "message"]
_KINDS: dict[str, Owed] = {"c": "conversation", "h": "rows", "l": "link", "m": "message"}


class Mark(Struct, frozen=True):
    """A debt: ``what`` of ``name`` (a conversation, handle or event id), owed for ``age_ms``.

    Of a link ``name`` is the handle whose event named the pair, ``other`` the handle it named.
    """

    what: Owed
    name: str
    age_ms: int
    other: str | None = None


class _Rows(Struct, frozen=True):
    """The request of ``rows_mark_clear``."""

    hid: str
    rev: int


class _Link(Struct, frozen=True):
    """The request of ``link_mark_clear``."""

    hid: str
    other: str
    doc: str


class _Cleared(Struct, frozen=True):
    """The reply of both."""

    cleared: bool


class Marks:
    """The marks in the partitions of a workspace. ``Timelines.clear`` drops those of conversations."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link = link
        self._library = library
        self._workspace = workspace

    async def owed(self, limit: int) -> list[Mark]:
        """Give what is owed, of each partition the ``limit`` oldest; ages by the store's clock."""
        found = await asyncio.gather(*(self._partition(p, limit) for p in self._workspace.partitions))
        return [mark for marks in found for mark in marks]

    async def pair(self, hid: str, other: str) -> str | None:
        """Give the strongest evidence (JSON) that a handle's events named for a pair."""
        p = self._workspace.prefix(hid)
        doc = await self._link.call("HGET", keys.pairs(p, hid), other, key=p)
        return None if doc is None else doc[1:].decode()

    async def clear_rows(self, hid: str, rev: int) -> bool:
        """Say that the rows were put with the handle at ``rev``; False if it changed since."""
        return await self._clear("rows_mark_clear", hid, _Rows(hid, rev))

    async def clear_link(self, hid: str, other: str, doc: str) -> bool:
        """Say that the pair was decided on evidence ``doc``; False if stronger evidence came since."""
        return await self._clear("link_mark_clear", hid, _Link(hid, other, doc))

    async def _clear(self, function: str, hid: str, request: Struct) -> bool:
        anchor = keys.slot(self._workspace.prefix(hid))
        return (await self._library.call(function, anchor, request, reply=_Cleared)).cleared

    async def _partition(self, p: str, limit: int) -> list[Mark]:
        (seconds, micros), flat = await self._link.many(
            [("TIME",), ("ZRANGE", keys.marks(p), 0, limit - 1, "WITHSCORES")], key=p
        )
        now = int(seconds) * 1000 + int(micros) // 1000
        return [
            _mark(name.decode(), max(0, now - int(since)))
            for name, since in zip(flat[::2], flat[1::2], strict=True)
        ]


def _mark(text: str, age_ms: int) -> Mark:
    kind, _, names = text.partition(":")
    name, _, other = names.partition("|")
    return Mark(_KINDS[kind], name, age_ms, other or None)
