"""What a partition keeps beside its timelines: the records of handles and conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from router.store import keys
from router.store.link import Link
from router.store.workspace import Workspace

_TRUSTS = ("observed", "claimed", "attested")


class HandleRecord(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"type": "t", "value": "v", "first_seen": "fs", "last_seen": "ls", "events": "n"},
):
    """A handle we met. Times in ms; ``last_seen`` None: only a link named it. ``rev``: its revision."""

    type: str
    value: str
    first_seen: int
    last_seen: int | None = None
    events: int = 0
    rev: int = 0
    name: str | None = None
    name_trust: int | None = None


class Conversation(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"label": "lb", "thread": "th", "channel": "ch", "source": "src"},
):
    """A conversation of handle ``hid``. Times in ms.

    ``channel``, ``to`` (our address) and ``source`` are those of its newest inbound event: where a reply
    goes. ``rev`` and ``want_rev`` as in ``Recorded``; ``facts`` of the newest arrival that needs a person,
    while the conversation is open.
    """

    hid: str
    label: str | None = None
    thread: str | None = None
    channel: str | None = None
    to: str | None = None
    source: str | None = None
    opened: int
    last_in: int | None = None
    last_out: int | None = None
    answered: int | None = None
    handed: int | None = None
    ended: int | None = None
    in_n: int = 0
    want_at: int | None = None
    want_recv: int | None = None
    rev: int = 0
    want_rev: int = 0
    id: str = ""
    epoch: int = 0
    facts: str | None = None

    @property
    def live(self) -> bool:
        """Somebody waits: an arrival that needs a person, and no end after it."""
        return self.want_at is not None and (self.ended is None or self.want_at > self.ended)


class Registers:
    """The records of a workspace, read by plain commands."""

    def __init__(self, link: Link, workspace: Workspace) -> None:
        self._link = link
        self._workspace = workspace

    async def handles(self, hids: Sequence[str]) -> list[HandleRecord | None]:
        """Give the record of each handle; None for one we never met."""
        return list(await asyncio.gather(*(self._handle(hid) for hid in hids)))

    async def conversations(self, hids: Sequence[str], limit: int) -> list[Conversation]:
        """Give the conversations of these handles, of each the ``limit`` newest, by last activity."""
        names = await asyncio.gather(*(self._names(hid, limit) for hid in hids))
        ordered = sorted((pair for found in names for pair in found), key=lambda pair: -pair[1])
        found = await asyncio.gather(*(self.conversation(name) for name, _ in ordered))
        return [one for one in found if one is not None]

    async def conversation(self, cnv: str) -> Conversation | None:
        """Give a conversation as it is now, with the epoch under which its revisions count."""
        p = self._workspace.prefix(cnv)
        flat, facts, epoch = await self._link.many(
            [
                ("HGETALL", keys.conversation(p, cnv)),
                ("GET", keys.facts(p, cnv)),
                ("HGET", keys.slot(p), "epoch"),
            ],
            key=p,
        )
        if not flat:
            return None
        known = _fields(flat) | {"id": cnv, "epoch": int(epoch or 0)}
        return msgspec.convert(
            known | ({"facts": facts.decode()} if facts else {}), Conversation, strict=False
        )

    async def _handle(self, hid: str) -> HandleRecord | None:
        p = self._workspace.prefix(hid)
        flat = await self._link.call("HGETALL", keys.handle(p, hid), key=p)
        return msgspec.convert(_fields(flat), HandleRecord, strict=False) if flat else None

    async def _names(self, hid: str, limit: int) -> list[tuple[str, float]]:
        p = self._workspace.prefix(hid)
        flat = await self._link.call(
            "ZRANGE", keys.conversations(p, hid), 0, limit - 1, "REV", "WITHSCORES", key=p
        )
        return [(name.decode(), float(score)) for name, score in zip(flat[::2], flat[1::2], strict=True)]


_BINARY = frozenset({b"by", b"want_by"})


def _fields(flat: Sequence[bytes]) -> dict[str, Any]:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {name.decode(): value.decode() for name, value in pairs if name not in _BINARY}
