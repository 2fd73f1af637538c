"""The dead letters of a workspace, in the system slot; their bodies lie with the other raw bodies."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from router.errors import Invalid, NotFound
from router.model.letter import DeadLetter, DeadLetterPage, Letter
from router.store import keys, keys_system
from router.store.items import fields
from router.store.library import Library
from router.store.link import Link
from router.store.raws import KEEP_DAYS
from router.store.workspace import Workspace

MOST = 1000
"""How many letters a workspace keeps; the oldest of the source that has the most makes room."""

_KEEP_MS = KEEP_DAYS * 86_400_000
_ANCHOR = keys.slot(keys.SYSTEM)
_CURSOR = re.compile(r"([0-9]{1,15})\.(ltr_[0-9a-f]+-[0-9a-f]+)", re.ASCII)
_letter = msgspec.json.Decoder(Letter).decode


class _Put(Struct, frozen=True):
    """The request of ``dead_letter_put``."""

    workspace: str
    id: str
    doc: str
    most: int
    ms: int


class Kept(Struct, frozen=True):
    """How often a letter came, and how many others made room for it."""

    count: int
    dropped: int


class _Drop(Struct, frozen=True):
    """The request of ``dead_letter_drop``."""

    workspace: str
    id: str
    count: int


class _Dropped(Struct, frozen=True):
    """The reply of ``dead_letter_drop``."""

    dropped: bool


class DeadLetters:
    """The dead letters of one workspace. ``most``: how many it keeps."""

    def __init__(self, link: Link, library: Library, workspace: Workspace, most: int = MOST) -> None:
        self._link, self._library, self._workspace = link, library, workspace.name
        self._most = most

    async def put(self, letter: str, what: Letter) -> Kept:
        """Keep a letter under an id; the same one again counts once more."""
        doc = msgspec.json.encode(what).decode()
        request = _Put(self._workspace, letter, doc, self._most, _KEEP_MS)
        return await self._library.call("dead_letter_put", _ANCHOR, request, reply=Kept)

    async def drop(self, letter: DeadLetter) -> bool:
        """Remove a letter that was read after all; False where it came once more meanwhile."""
        request = _Drop(self._workspace, letter.id, letter.count)
        return (await self._library.call("dead_letter_drop", _ANCHOR, request, reply=_Dropped)).dropped

    async def one(self, letter: str) -> DeadLetter:
        """Give a letter; NotFound."""
        found = await self._read([letter])
        if not found:
            raise NotFound(f"there is no dead letter {letter}")
        return found[0]

    async def page(self, cursor: str | None, limit: int) -> DeadLetterPage:
        """Give letters by their last arrival, the newest first, from a cursor on. Invalid: it is none."""
        index = keys_system.dead_letters(keys.SYSTEM, self._workspace)
        flat = await self._link.call("ZREVRANGE", index, 0, -1, "WITHSCORES", key=_ANCHOR)
        places = [(int(score), name.decode()) for name, score in zip(flat[::2], flat[1::2], strict=True)]
        if cursor is not None:
            before = _place(cursor)
            places = [place for place in places if place < before]
        shown = places[:limit]
        last = f"{shown[-1][0]}.{shown[-1][1]}" if len(places) > limit else None
        return DeadLetterPage(await self._read([name for _, name in shown]), last)

    async def _read(self, letters: list[str]) -> list[DeadLetter]:
        """Read letters; one that is gone is left out."""
        names = [keys_system.dead_letter(keys.SYSTEM, self._workspace, letter) for letter in letters]
        replies = await self._link.many([("HGETALL", name) for name in names], key=_ANCHOR) if names else []
        return [_shown(letter, fields(flat)) for letter, flat in zip(letters, replies, strict=True) if flat]


def _place(cursor: str) -> tuple[int, str]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Invalid("`cursor` is no cursor of this list", field="cursor")
    return int(found[1]), found[2]


def _shown(letter: str, kept: dict[str, str]) -> DeadLetter:
    what = _letter(kept["doc"])
    return DeadLetter(
        id=letter,
        at=_moment(kept["at"]),
        last_at=_moment(kept["last"]),
        count=int(kept["count"]),
        **{name: getattr(what, name) for name in Letter.__struct_fields__},
    )


def _moment(ms: str) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)
