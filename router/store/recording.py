"""What is recorded, and what became of it: the shapes that ``Timelines`` takes and gives."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from msgspec import Struct

from router.model import ids
from router.model.change import Change
from router.model.handle import Handle

_PREFIX = struct.Struct(">QIQ12s")
PREFIX_SIZE = _PREFIX.size
"""An entry begins with occurred, sequence, received and digest, big endian: their order is its order.

Occurred is in ms, received in µs, so that what came in one millisecond stays in the order it came in.
"""


class Pair(Struct, frozen=True):
    """Another handle that an event names as the same person.

    ``rank`` of its trust: observed 0, claimed 1, attested 2. ``doc`` is JSON for whoever links.
    """

    hid: str
    rank: int
    doc: str


class Recording(Struct, frozen=True, kw_only=True):
    """An event, ready to rest. Times in ms; ``nth`` is the microsecond of ``received`` it came in.

    ``handle`` is its home with id ``hid``; ``digest`` (12 bytes) stands for (source, id), ``body``
    (4 bytes) for the body as posted; ``entry`` is the JSON that will be served.

    ``want``: an arrival that needs a person, with its routing ``facts`` (JSON). ``ended``, ``answered``,
    ``handed``: the conversation ended, was answered, was handed to people. ``routed``: routing must hear
    of it. ``close_want``: the item of the arrivals up to this want_rev is done. ``strict``: the same id
    with another body is refused. ``batch``: an import, which knows only its own events. ``send``: it is a
    message of ours, and what its sender must know (JSON). ``change``: what it says besides of the event
    with the digest ``target``.
    """

    handle: Handle
    hid: str
    conversation: str
    digest: bytes
    body: bytes
    entry: bytes
    occurred: int
    sequence: int
    received: int
    direction: str
    source: str
    nth: int = 0
    channel: str | None = None
    label: str | None = None
    to: str | None = None
    thread: str | None = None
    name: str | None = None
    name_trust: int = 0
    want: bool = False
    facts: str | None = None
    ended: bool = False
    answered: bool = False
    handed: bool = False
    routed: bool = False
    close_want: int | None = None
    strict: bool = True
    batch: str | None = None
    pairs: Sequence[Pair] = ()
    send: str | None = None
    change: Change | None = None
    target: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse what would stop the store half-way: it does not roll back."""
        if self.want and self.facts is None:
            raise ValueError("an arrival that needs a person has routing facts")
        if (self.change is None) != (self.target is None):
            raise ValueError("a change has a target, and a target a change")

    def request(self) -> RecordRequest:
        """Give the request of ``event_record``."""
        return RecordRequest(
            hid=self.hid,
            type=self.handle.type,
            value=self.handle.value,
            name=self.name,
            name_trust=self.name_trust,
            cnv=self.conversation,
            ch=self.channel,
            lb=self.label,
            to=self.to,
            th=self.thread,
            src=self.source,
            occurred=self.occurred,
            seq=self.sequence,
            received=self.received,
            direction=self.direction,
            want=self.want,
            facts=self.facts,
            ended=self.ended,
            answered=self.answered,
            handed=self.handed,
            routed=self.routed,
            close_want=self.close_want,
            strict=self.strict,
            batch=self.batch,
            pairs=self.pairs,
            id=ids.event_id(self.hid, self.digest) if self.send or self.change else None,
            send=self.send,
            change=self.change,
        )

    @property
    def received_us(self) -> int:
        """When it was received, in microseconds."""
        return self.received * 1000 + self.nth

    def packed(self) -> bytes:
        """Give the entry as it rests in the list."""
        return _PREFIX.pack(self.occurred, self.sequence, self.received_us, self.digest) + self.entry


class Recorded(Struct, frozen=True, kw_only=True):
    """What became of a recording, and the state of its conversation, to be carried to routing.

    ``dup``: it was there; then ``item`` and ``view`` are what its first delivery led to (``view`` None:
    the handle itself). ``marked``: the conversation owes routing this ``rev``. ``live``: somebody
    waits. ``facts``: of the newest arrival that needs a person, where that is another event.
    ``handle_rev`` is new with the event; None for a replay. A replay that owes nothing, and has its item,
    tells nothing of its conversation. Times in ms.
    """

    dup: bool
    marked: bool
    rev: int = 0
    want_rev: int = 0
    live: bool = False
    in_n: int = 0
    item: str | None = None
    view: str | None = None
    want_at: int | None = None
    want_recv: int | None = None
    last_in: int | None = None
    last_out: int | None = None
    ended: int | None = None
    facts: str | None = None
    handle_rev: int | None = None


class Applying(Struct, frozen=True, kw_only=True):
    """An event that only describes another. ``target`` is the digest of the event it speaks of."""

    handle: Handle
    hid: str
    event: str
    digest: bytes
    body: bytes
    target: bytes
    change: Change
    occurred: int
    sequence: int
    name: str | None = None
    name_trust: int = 0
    strict: bool = True
    batch: str | None = None

    def request(self) -> ApplyRequest:
        """Give the request of ``event_apply``."""
        return ApplyRequest(
            hid=self.hid,
            type=self.handle.type,
            value=self.handle.value,
            name=self.name,
            name_trust=self.name_trust,
            id=self.event,
            occurred=self.occurred,
            seq=self.sequence,
            change=self.change,
            strict=self.strict,
            batch=self.batch,
        )


class Applied(Struct, frozen=True):
    """What became of it: whether it was there before, and the revision of its handle."""

    dup: bool
    handle_rev: int


class Carried(Struct, frozen=True, kw_only=True):
    """A conversation that was brought to routing as of revision ``rev``.

    With the ``digests`` of the events that led there, ``item`` and ``view`` are written down for their
    replays, unless an item is there already.
    """

    hid: str
    conversation: str
    rev: int
    digests: Sequence[bytes] = ()
    item: str | None = None
    view: str | None = None
    batch: str | None = None

    def request(self) -> ClearRequest:
        """Give the request of ``mark_clear``."""
        return ClearRequest(
            hid=self.hid,
            cnv=self.conversation,
            rev=self.rev,
            item=self.item,
            view=self.view,
            batch=self.batch,
        )


class RecordRequest(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The request of ``event_record``, with the names Lua uses."""

    hid: str
    type: str
    value: str
    cnv: str
    occurred: int
    seq: int
    received: int
    direction: str
    src: str
    name_trust: int
    name: str | None = None
    ch: str | None = None
    lb: str | None = None
    to: str | None = None
    th: str | None = None
    want: bool = False
    facts: str | None = None
    ended: bool = False
    answered: bool = False
    handed: bool = False
    routed: bool = False
    close_want: int | None = None
    strict: bool = False
    batch: str | None = None
    pairs: Sequence[Pair] = ()
    id: str | None = None
    send: str | None = None
    change: Change | None = None


class ApplyRequest(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The request of ``event_apply``, with the names Lua uses."""

    hid: str
    type: str
    value: str
    id: str
    occurred: int
    seq: int
    change: Change
    name_trust: int
    name: str | None = None
    strict: bool = False
    batch: str | None = None


class ClearRequest(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The request of ``mark_clear``, with the names Lua uses."""

    hid: str
    cnv: str
    rev: int
    item: str | None = None
    view: str | None = None
    batch: str | None = None
