"""Entries as they are read: where they stand in the order, and what later events say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from operator import attrgetter

import msgspec
from msgspec import Struct

from router.model.change import RANKS
from router.store.recording import PREFIX_SIZE

_DIGEST = slice(PREFIX_SIZE - 12, PREFIX_SIZE)


class _Overlay(Struct, frozen=True):
    """What ``overlay_merge`` keeps: status and why, text, deleted, the newest word of each who reacted."""

    st: str | None = None
    w: str | None = None
    e: str | None = None
    d: bool = False
    r: dict[str, tuple[str | bool, int, int, str]] = {}


_decode_overlay = msgspec.msgpack.Decoder(_Overlay).decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_json = msgspec.json.Encoder().encode
_by_prefix = attrgetter("prefix")


class Kept(Struct, frozen=True):
    """An entry: its ``prefix`` (32 bytes, compared as bytes it is the total order) and its JSON."""

    prefix: bytes
    json: bytes

    @property
    def occurred(self) -> int:
        """When it happened, in ms."""
        return int.from_bytes(self.prefix[:8], "big")


def digest_in(packed: bytes) -> bytes:
    """Give the digest of a packed entry."""
    return packed[_DIGEST]


def unpack(packed: Iterable[bytes], overlays: Mapping[bytes, bytes | None]) -> list[Kept]:
    """Read packed entries, each with its overlay (by digest) laid over it; most timelines have none."""
    if not overlays:
        return [Kept(one[:PREFIX_SIZE], one[PREFIX_SIZE:]) for one in packed]
    return [Kept(one[:PREFIX_SIZE], lay(one[PREFIX_SIZE:], overlays.get(one[_DIGEST]))) for one in packed]


def lay(entry: bytes, overlay: bytes | None) -> bytes:
    """Lay what an overlay says over an entry's JSON, which as recorded has no other of these than status."""
    if overlay is None:
        return entry
    said = _decode_overlay(overlay)
    more = []
    if said.st is not None:
        entry = _advanced(entry, said.st)
    if said.w is not None:
        more.append(b'"reason":' + _json(said.w))
    if said.e is not None:
        more.append(b'"edited":' + _json(said.e))
    if said.d:
        more.append(b'"deleted":true')
    words = sorted((ms, sequence, event, emoji) for emoji, ms, sequence, event in said.r.values() if emoji)
    if words:
        more.append(b'"reactions":' + _json([emoji for *_, emoji in words]))
    return b",".join([entry[:-1], *more]) + b"}"


def _advanced(entry: bytes, status: str) -> bytes:
    """Bring a message to a status, unless it was recorded with one of a higher rank, or with a call's."""
    fields = _decode_fields(entry)
    recorded = fields.get("status")
    rank = 0 if recorded is None else RANKS.get(_decode_text(recorded), RANKS[status])
    if rank >= RANKS[status]:
        return entry
    fields["status"] = msgspec.Raw(_json(status))
    return _json(fields)


def standing(overlay: bytes | None) -> tuple[str | None, str | None]:
    """Give the status that an overlay brings its entry to, and why; None where it says nothing of it."""
    said = _Overlay() if overlay is None else _decode_overlay(overlay)
    return said.st, said.w


def merge(timelines: Iterable[Iterable[Kept]]) -> list[Kept]:
    """Make one timeline of several, oldest first; an event that rests on two is there once."""
    found: dict[bytes, Kept] = {}
    for one in sorted(chain.from_iterable(timelines), key=_by_prefix):
        found.setdefault(one.prefix[_DIGEST], one)
    return list(found.values())
