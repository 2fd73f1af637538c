"""Sendings: messages of ours on their way out, each claimed by one sender at a time until it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from router.model import ids
from router.model.change import Change
from router.store import keys
from router.store.library import Library
from router.store.link import Link
from router.store.workspace import Workspace


class Claim(Struct, frozen=True):
    """The reply of ``sending_claim``, about the message ``id``: the one asked for, or one that goes first.

    ``doc`` is what ``Recording.send`` was, ``n`` counts the attempts. ``claimed``: it is ours to send, until
    the lease ends. ``held``: by another, or for a later attempt, and for ``wait_ms`` more. ``lapsed``: who
    claimed it never came back. ``gone``: the one asked for is settled.
    """

    state: Literal["claimed", "held", "gone", "lapsed"]
    id: str
    doc: str = ""
    n: int = 0
    wait_ms: int = 0


class _Kept(Struct, frozen=True):
    """What ``lib/sending.lua`` keeps, as far as it is read here."""

    doc: str


_kept = msgspec.msgpack.Decoder(_Kept).decode


class _Claim(Struct, frozen=True):
    """The request of ``sending_claim``."""

    id: str
    lease_ms: int


class _Return(Struct, frozen=True):
    """The request of ``sending_return``."""

    id: str
    n: int
    delay_ms: int


class _Returned(Struct, frozen=True):
    """The reply of ``sending_return``."""

    returned: bool


class _Settle(Struct, frozen=True):
    """The request of ``sending_settle``."""

    hid: str
    id: str
    change: Change


class _Settled(Struct, frozen=True):
    """The reply of ``sending_settle``."""

    handle_rev: int


class Sendings:
    """What is to be sent, in the partitions of a workspace. Events are named by their ids (evt_…)."""

    def __init__(self, link: Link, library: Library, workspace: Workspace) -> None:
        self._link, self._library, self._workspace = link, library, workspace

    async def doc(self, event: str) -> str | None:
        """Give what is to be sent; None where it is settled."""
        p = self._workspace.prefix(event)
        packed = await self._link.call("HGET", keys.sending(p), event, key=p)
        return None if packed is None else _kept(packed).doc

    async def claim(self, event: str, lease_ms: int) -> Claim:
        """Claim a message, or what was said before it to the same handle and is not settled yet.

        Nobody else may send it while the lease runs.
        """
        return await self._library.call(
            "sending_claim", self._anchor(event), _Claim(event, lease_ms), reply=Claim
        )

    async def give_back(self, event: str, attempt: int, delay_ms: int) -> bool:
        """Say that an attempt surely did not send it; it may be claimed again after a delay."""
        request = _Return(event, attempt, delay_ms)
        found = await self._library.call("sending_return", self._anchor(event), request, reply=_Returned)
        return found.returned

    async def settle(self, hid: str, event: str, change: Change, natives: Sequence[str], source: str) -> int:
        """Say what came of it, and which ids the provider gave it; gives the handle's new revision.

        Receipts and echoes that name one of these ids mean this message from now on. Twice is harmless.
        """
        key = self._workspace.hash_key
        digests = [ids.digest_of(event), *(ids.event_digest(key, source, one) for one in natives)]
        request = _Settle(hid, event, change)
        found = await self._library.call(
            "sending_settle", self._anchor(event), request, *digests, reply=_Settled
        )
        return found.handle_rev

    def _anchor(self, event: str) -> str:
        return keys.slot(self._workspace.prefix(event))
