"""What a partition keeps beside its timelines: the records of handles and conversations."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from router.model.event import Channel
from router.store import keys
from router.store.link import Keyed, Link
from router.store.workspace import Workspace

_NUMBERS = struct.Struct(">10Q8xIx16x16x")
"""The numbers of ``PACKED`` in lib/conversation.lua; what only merging needs is passed over."""


class _Texts(Struct, frozen=True):
    """The texts after them."""

    hid: str
    lb: str | None = None
    th: str | None = None
    ch: Channel | None = None
    to: str | None = None
    src: str | None = None


_texts = msgspec.msgpack.Decoder(_Texts).decode


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


class Conversation(Struct, frozen=True, kw_only=True):
    """A conversation of handle ``hid``. Times in ms.

    ``channel``, ``to`` (our address) and ``source`` are those of its newest inbound event: where a reply
    goes. ``rev`` and ``want_rev`` as in ``Recorded``; ``facts`` of the newest arrival that needs a person,
    while the conversation is open.
    """

    id: str
    hid: str
    label: str | None
    thread: str | None
    channel: Channel | None
    to: str | None
    source: str | None
    opened: int
    last_in: int | None
    last_out: int | None
    answered: int | None
    handed: int | None
    ended: int | None
    in_n: int
    want_at: int | None
    want_recv: int | None
    rev: int
    want_rev: int
    facts: str | None

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
        calls: list[Keyed] = []
        for hid in hids:
            p = self._workspace.prefix(hid)
            calls.append((p, ("HGETALL", keys.handle(p, hid))))
        return [
            msgspec.convert(_fields(flat), HandleRecord, strict=False) if flat else None
            for flat in await self._link.all(calls, read=True)
        ]

    async def conversations(self, hids: Sequence[str], limit: int) -> list[Conversation]:
        """Give the conversations of these handles, of each the ``limit`` newest, by last activity.

        The store keeps their order to the hour.
        """
        calls: list[Keyed] = []
        for hid in hids:
            p = self._workspace.prefix(hid)
            calls.append((p, ("ZRANGE", keys.conversations(p, hid), 0, limit - 1, "REV")))
        named = [name.decode() for names in await self._link.all(calls, read=True) for name in names]
        calls = []
        for cnv in named:
            p = self._workspace.prefix(cnv)
            calls += [(p, ("GET", keys.conversation(p, cnv))), (p, ("HGET", keys.open(p), cnv))]
        found = await self._link.all(calls, read=True)
        return sorted(
            (
                _conversation(cnv, packed, facts)
                for cnv, packed, facts in zip(named, found[::2], found[1::2], strict=True)
                if packed is not None
            ),
            key=_last,
            reverse=True,
        )

    async def conversation(self, cnv: str) -> Conversation | None:
        """Give a conversation as it is now; None for one we never met."""
        p = self._workspace.prefix(cnv)
        packed, facts = await self._link.many(
            [("GET", keys.conversation(p, cnv)), ("HGET", keys.open(p), cnv)], key=p
        )
        return None if packed is None else _conversation(cnv, packed, facts)


def _last(one: Conversation) -> int:
    """Say when anything last happened between the customer and us, in ms."""
    return max(one.opened, one.last_in or 0, one.last_out or 0)


def _conversation(cnv: str, packed: bytes, facts: bytes | None) -> Conversation:
    """Read the registers that ``lib/conversation.lua`` packs."""
    opened, last_in, last_out, answered, handed, ended, want_at, want_recv, rev, want_rev, in_n = (
        _NUMBERS.unpack_from(packed)
    )
    texts = _texts(packed[_NUMBERS.size :])
    return Conversation(
        id=cnv,
        hid=texts.hid,
        label=texts.lb,
        thread=texts.th,
        channel=texts.ch,
        to=texts.to,
        source=texts.src,
        opened=opened,
        last_in=last_in or None,
        last_out=last_out or None,
        answered=answered or None,
        handed=handed or None,
        ended=ended or None,
        in_n=in_n,
        want_at=want_at or None,
        want_recv=want_recv or None,
        rev=rev,
        want_rev=want_rev,
        facts=None if facts is None else facts.decode(),
    )


def _fields(flat: Sequence[bytes]) -> dict[str, Any]:
    return {name.decode(): value.decode() for name, value in zip(flat[::2], flat[1::2], strict=True)}
