"""Ids: pure functions of what they name and of the workspace's hash key.

All are keyed BLAKE2b (RFC 7693) in lower-case base32 (RFC 4648), so nobody without the key can test
whether an address is known. Those of handles, conversations and events begin with the two hex digits
of their partition: whoever has the id knows where to look.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import lru_cache

import msgspec

from router.model.event import Event, fit_id
from router.model.handle import Handle

PARTITIONS = 64
SLOTS = 16384
"""Of the store: a key's slot is the CRC16 of its hash tag (valkey.io/topics/cluster-spec)."""

_NEAR = 16
_VALUE_MAX = 512
_THREADED = frozenset({"email", "voice"})
_CUSTOMER, _CONVERSATION, _EVENT = "cus_", "cnv_", "evt_"
_pack = msgspec.msgpack.Encoder().encode


class Place(msgspec.Struct, frozen=True):
    """Where an event rests: its home handle and the ids that follow from it."""

    home: Handle
    hid: str
    conversation: str
    event: str
    digest: bytes


def place(key: bytes, event: Event, customer: Handle | None) -> Place:
    """Say where an event rests, given the normal form of its customer (None: it names nobody)."""
    handle = home(customer, event.source, event.id, event.thread)
    hid = handle_id(key, handle)
    digest = event_digest(key, event.source, event.id)
    # the next mail of a thread, or leg of a call, may go to another address of ours
    to = None if event.thread and event.channel in _THREADED else event.to
    conversation = conversation_id(key, hid, event.label, to, event.thread)
    return Place(handle, hid, conversation, event_id(hid, digest), digest)


@lru_cache(maxsize=10_000)
def handle_id(key: bytes, handle: Handle) -> str:
    """Give the id of a handle, ``cus_`` + partition + 16 characters (80 bits).

    At 10 million handles of a workspace two ids coincide with a chance of 4e-11.
    """
    digest = hashlib.blake2b(str(handle).encode(), key=key, digest_size=11).digest()
    return f"{_CUSTOMER}{digest[0] % PARTITIONS:02x}{_base32(digest[1:])}"


def home(customer: Handle | None, source: str, event: str, thread: str | None) -> Handle:
    """Give the handle an event rests with: its customer, else its thread, else itself."""
    if customer is not None:
        return customer
    return _scoped("thread", source, thread) if thread else _scoped("event", source, event)


def message(source: str, native: str) -> Handle:
    """Give the handle under which the receiver of a message of ours is kept, by the provider's id of it."""
    return _scoped("message", source, native)


def _scoped(kind: str, source: str, own: str) -> Handle:
    value = f"{source}/{own}"
    return Handle(kind, value if len(value) <= _VALUE_MAX else f"{source}/{fit_id(value)}")


@lru_cache(maxsize=10_000)
def conversation_id(key: bytes, hid: str, label: str | None, to: str | None, thread: str | None) -> str:
    """Give the id of the conversation that events of a home handle form by label, our address, thread."""
    digest = hashlib.blake2b(_pack((hid, label, to, thread)), key=key, digest_size=10).digest()
    return f"{_CONVERSATION}{partition(hid)}{_base32(digest)}"


def event_digest(key: bytes, source: str, event: str) -> bytes:
    """Give the 12 bytes that stand for (source, id); both fit their pattern, so NUL divides them."""
    return hashlib.blake2b(f"{source}\0{event}".encode(), key=key, digest_size=12).digest()


def body_hash(body: bytes) -> bytes:
    """Give the 4 bytes that stand for a body as posted: another body has others but once in 4e9."""
    return hashlib.blake2b(body, digest_size=4).digest()


def event_id(hid: str, digest: bytes) -> str:
    """Give the id of the event with this digest that rests with a home handle."""
    return f"{_EVENT}{partition(hid)}{_base32(digest)}"


def digest_of(event: str) -> bytes:
    """Give the digest that is in an event's id; ValueError when it is no such id."""
    text = event[6:].upper()
    if not event.startswith(_EVENT) or len(text) != 20:  # noqa: PLR2004 - base32 of 12 bytes
        raise ValueError(f"{event!r} is no event id")
    try:
        return base64.b32decode(text + "====")
    except ValueError as problem:
        raise ValueError(f"{event!r} is no event id") from problem


def partition(name: str) -> str:
    """Give the partition, two hex digits, of a handle, conversation or event id; or ValueError."""
    digits = name[4:6]
    if name[:4] not in {_CUSTOMER, _CONVERSATION, _EVENT} or digits not in _DIGITS:
        raise ValueError(f"{name!r} names no partition")
    return digits


def tags(workspace: str) -> dict[str, str]:
    """Give the hash tag of each partition, ``WS/h<pp>-<n>``.

    n is the smallest number that puts partition i near the middle of the i-th of 64 equal ranges of the
    store's slots. The borders of up to 8 primaries that share the slots evenly, at multiples of 64/k of a
    range, come no nearer to a middle than 18 slots (k = 7); so each primary has the same number of
    partitions, give or take one. Anywhere in the range it would be two.
    """
    width = SLOTS // PARTITIONS
    found = {}
    for digits, index in _DIGITS.items():
        stem = f"{workspace}/h{digits}-"
        begun = binascii.crc_hqx(stem.encode(), 0)
        middle = index * width + width // 2
        n = 0
        while abs(binascii.crc_hqx(b"%d" % n, begun) % SLOTS - middle) > _NEAR:
            n += 1
        found[digits] = f"{stem}{n}"
    return found


def edge_id(one: str, other: str) -> str:
    """Give the id of the edge between two handle ids, in whichever order: a pair has one edge."""
    pair = "|".join(sorted((one, other)))
    return f"lnk_{_base32(hashlib.blake2b(pair.encode(), digest_size=10).digest())}"


_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _ALPHABET for other in _ALPHABET]
_DIGITS = {f"{index:02x}": index for index in range(PARTITIONS)}


def _base32(digest: bytes) -> str:
    """Write base32 without padding, two characters at a time: a third of the time base64 takes."""
    bits = 8 * len(digest)
    spare = -bits % 10
    number = int.from_bytes(digest, "big") << spare
    pairs = [_PAIRS[number >> shift & 1023] for shift in range(bits + spare - 10, -1, -10)]
    return "".join(pairs)[: -(-bits // 5)]
