"""Prepares an event to rest: where, when, and what it means for its conversation. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from router.model import ids
from router.model.change import change_beside, change_of
from router.model.event import OWN_SOURCE, Attribute, Event, fit_id
from router.model.handle import Handle
from router.model.need import Want
from router.model.rule import Facts, Rule
from router.policy import arrival
from router.policy.handles import normalise
from router.policy.rules import decide
from router.store.recording import Applying, Pair, Recording
from router.store.threads import Meet
from router.store.workspace import Workspace

_SHARED = frozenset({"voice", "chat", "email"})
"""Channels with threads in which some events name nobody, as the legs of a call. Elsewhere a thread is made
of the customer's address, so whatever is in it names them."""

_MS_US = 1000
_RANKS = {"observed": 0, "claimed": 1, "attested": 2}
_ENCODE = msgspec.json.Encoder().encode


class PairDoc(Struct, frozen=True):
    """What a pair of handles stands on, for whoever links them."""

    type: str
    value: str
    rank: int
    who: str
    why: str
    when_ms: int


class _Head(Struct, omit_defaults=True):
    """What an entry has beyond its event; it stands before it."""

    event: str
    home: str
    conversation: str
    received_at: datetime
    occurred_at: datetime | None = None


class Prepared(Struct, frozen=True):
    """An event and what is to be stored of it; ``stored`` None: it is not kept (typing).

    ``meet``: the customer it names in a thread in which others may name nobody.
    """

    event: Event
    place: ids.Place
    stored: Recording | Applying | None
    want: Want | None
    meet: Meet | None = None


class Preparer:
    """Knows the workspace and the rules; everything else is in the event."""

    def __init__(self, workspace: Workspace, rules: Sequence[Rule], now: Callable[[], float]) -> None:
        self._key, self._rules, self._now = workspace.hash_key, rules, now
        self._last_us = 0

    def prepare(
        self,
        event: Event,
        *,
        queue: str | None = None,
        batch: str | None = None,
        strict: bool = True,
        raw: str | None = None,
    ) -> Prepared:
        """Prepare one event. ``queue``: of its account, ``batch``: an import, ``raw``: its raw body."""
        posted = _ENCODE(event)
        body = ids.body_hash(posted)
        received_us = self._received_us()
        received_ms = received_us // 1000
        as_posted, (event, occurred_ms) = event, _settled(event, received_ms)
        if event is not as_posted:
            posted = _ENCODE(event)
        customer = normalise(event.customer) if event.customer else None
        place = ids.place(self._key, event, customer)
        if event.kind == "typing":
            return Prepared(event, place, None, None)
        change = change_of(event)
        if change and customer and event.target:
            applying = Applying(
                handle=customer,
                hid=place.hid,
                event=place.event,
                digest=place.digest,
                body=body,
                target=ids.event_digest(self._key, event.source, fit_id(event.target)),
                change=change,
                occurred=occurred_ms,
                sequence=event.sequence,
                name=event.customer.name if event.customer else None,
                strict=strict,
                batch=batch,
            )
            return Prepared(event, place, applying, None)
        want = self._want(event, queue, received_ms) if batch is None else None
        recording = self._recording(event, posted, place, (occurred_ms, received_us), want)
        # History that is imported asks nobody for anything.
        routed = recording.routed and batch is None
        entry = recording.entry if raw is None else b'{"raw":"%s",' % raw.encode() + recording.entry[1:]
        recording = replace(recording, body=body, strict=strict, batch=batch, routed=routed, entry=entry)
        return Prepared(event, place, recording, want, self._meet(event, customer))

    def home(self, event: Event) -> str:
        """Give the id of the handle an event rests with."""
        customer = normalise(event.customer) if event.customer else None
        return ids.handle_id(self._key, ids.home(customer, event.source, event.id, event.thread))

    def outgoing(self, event: Event, send: str, draft: bytes) -> Prepared:
        """Prepare a message of ours. ``send`` is for its sender; its id with another draft is refused."""
        received_us = self._received_us()
        event, occurred_ms = _settled(event, received_us // 1000)
        place = ids.place(self._key, event, normalise(event.customer) if event.customer else None)
        recording = self._recording(event, _ENCODE(event), place, (occurred_ms, received_us), None)
        return Prepared(event, place, replace(recording, body=ids.body_hash(draft), send=send), None)

    def own(self, event: Event, hid: str, conversation: str, close_want: int | None) -> Recording:
        """Prepare an event of the router itself, which rests with the conversation it is about."""
        received_us = self._received_us()
        event, occurred_ms = _settled(event, received_us // 1000)
        digest = ids.event_digest(self._key, event.source, event.id)
        customer = normalise(event.customer) if event.customer else None
        home = ids.place(self._key, event, customer).home
        place = ids.Place(home, hid, conversation, ids.event_id(hid, digest), digest)
        recording = self._recording(event, _ENCODE(event), place, (occurred_ms, received_us), None)
        return replace(recording, body=ids.body_hash(b""), strict=False, close_want=close_want)

    def _received_us(self) -> int:
        """Give the time in microseconds; two events of one millisecond have it in the order they came in."""
        now_us = int(self._now() * 1_000_000)
        ahead_us = self._last_us - now_us
        self._last_us = self._last_us + 1 if 0 <= ahead_us < _MS_US else now_us
        return self._last_us

    def _want(self, event: Event, queue: str | None, received_ms: int) -> Want | None:
        if event.channel is None or not arrival.needs_person(event):
            return None
        facts = Facts(tier=_text(event.attrs.get("tier")), language=_text(event.attrs.get("language")))
        wish = decide(event, facts, self._rules, queue)
        return Want(
            queue=wish.queue,
            channel=event.channel,
            label=event.label or event.channel,
            skills=wish.skills,
            priority=wish.priority,
            target_s=wish.target_s,
            tier=facts.tier,
            issue=event.issues[0] if event.issues else None,
            topic=wish.topic,
            received_ms=received_ms,
        )

    def _recording(
        self, event: Event, json: bytes, place: ids.Place, times: tuple[int, int], want: Want | None
    ) -> Recording:
        """Make the recording of an event and its JSON; ``times``: it happened (ms), was received (µs)."""
        occurred_ms, received_us = times
        received_ms, nth = divmod(received_us, 1000)
        ends, out = arrival.ends(event), event.direction == "out"
        own, beside = event.source == OWN_SOURCE, change_beside(event)
        return Recording(
            handle=place.home,
            hid=place.hid,
            conversation=place.conversation,
            digest=place.digest,
            body=b"",
            entry=_head(event, place, received_us)[:-1] + b"," + json[1:],
            occurred=occurred_ms,
            sequence=event.sequence,
            received=received_ms,
            nth=nth,
            direction=event.direction or "internal",
            source=event.source,
            channel=event.channel,
            label=event.label,
            to=event.to,
            thread=event.thread,
            name=event.customer.name if event.customer else None,
            name_trust=_RANKS[event.customer.trust] if event.customer else 0,
            want=want is not None,
            facts=_ENCODE(want).decode() if want else None,
            ended=ends and not own,
            answered=arrival.answers(event),
            handed=event.kind == "handoff",
            routed=not own and (want is not None or ends or out),
            pairs=self._pairs(event, place, received_ms),
            change=beside,
            target=ids.event_digest(self._key, event.source, fit_id(event.target or "")) if beside else None,
        )

    def _meet(self, event: Event, customer: Handle | None) -> Meet | None:
        if customer is None or not event.thread or event.channel not in _SHARED:
            return None
        own = ids.home(None, event.source, event.id, event.thread)
        return Meet(ids.handle_id(self._key, own), customer.type, customer.value)

    def _pairs(self, event: Event, place: ids.Place, received_ms: int) -> tuple[Pair, ...]:
        named = [(_RANKS[party.trust], normalise(party)) for party in event.also]
        pairs = [
            _pair(self._key, rank, handle, event, received_ms)
            for rank, handle in named
            if handle is not None and handle != place.home
        ]
        if place.home.type == "thread":  # it named nobody: whoever the thread's customer is
            pairs.append(_pair(self._key, _RANKS["attested"], place.home, event, received_ms))
        return tuple(pairs)


def _text(value: Attribute) -> str | None:
    return value if isinstance(value, str) else None


def _pair(key: bytes, rank: int, handle: Handle, event: Event, received_ms: int) -> Pair:
    why = f"{event.kind} {event.id}"
    doc = PairDoc(handle.type, handle.value, rank, event.source, why, received_ms)
    return Pair(ids.handle_id(key, handle), rank, _ENCODE(doc).decode())


def _settled(event: Event, received_ms: int) -> tuple[Event, int]:
    """Give the event with a believable time, and the time in ms."""
    claimed = event.occurred_at
    claimed_ms = None if claimed is None else round(claimed.timestamp() * 1000)
    occurred_ms, beyond = arrival.happened_ms(claimed_ms, received_ms)
    if beyond:
        event = replace(event, occurred_at=_time(occurred_ms), flags=[*event.flags, "clock_skew"])
    return event, occurred_ms


def _head(event: Event, place: ids.Place, received_us: int) -> bytes:
    """Write what we know of the event: the first part of the JSON that is served."""
    ms, nth = divmod(received_us, 1000)
    at = _time(ms)
    missing = at if event.occurred_at is None else None
    received = at.replace(microsecond=at.microsecond + nth)
    return _ENCODE(_Head(place.event, place.hid, place.conversation, received, missing))


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
