"""From the timeline to journey events: what channels and the router said becomes what the fold reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from router.model.entry import Entry
from router.policy.journey_call import Calls
from router.policy.journey_chat import Chats
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_time import ms_of, us_of

_TOLD = frozenset({
    "message", "call", "voicemail", "bot", "callback_request", "abandon", "transfer", "escalation",
    "handoff", "disposition", "reopen", "survey", "merge", "identity_merge",
})  # fmt: skip
"""Kinds the fold knows. Edits, deletions, reactions, receipts, typing and notes are no journey events."""


class Linked(Struct, frozen=True):
    """Two handles are one person from ``from_ms`` on, until ``until_ms`` (None: they still are)."""

    handle: str
    into: str
    from_ms: int
    until_ms: int | None = None


def journey_events(
    entries: Iterable[Entry], links: Iterable[Linked] = (), *, as_of_ms: int
) -> list[JourneyEvent]:
    """Read a timeline as it was known at ``as_of_ms``; the order of the entries does not matter.

    A call, all entries of one thread, becomes one event at its start; a chat that was left before any
    reply becomes one abandon. Links become identity merges that hold until they are undone.
    """
    calls, chats = Calls(), Chats()
    rest: list[tuple[int, Entry]] = []
    for at_ms, entry in _told(entries, as_of_ms):
        if entry.kind != "call" or not calls.take(entry, at_ms):
            rest.append((at_ms, entry))
    found: list[JourneyEvent] = []
    for at_ms, entry in rest:
        if calls.join(entry, at_ms):
            continue
        event = plain(entry, at_ms)
        if not chats.take(entry, event) and not _given_up_by_router(entry):
            found.append(event)
    found += calls.events()
    found += chats.events()
    found += [_merge(link) for link in links if link.from_ms <= as_of_ms]
    return found


def _told(entries: Iterable[Entry], as_of_ms: int) -> list[tuple[int, Entry]]:
    """Give the entries that say something, each (source, id) once, by time, sequence and receipt."""
    once: dict[tuple[str, str], tuple[int, Entry]] = {}
    for entry in entries:
        if entry.kind not in _TOLD or _failed(entry):
            continue
        at_ms = ms_of(entry.occurred_at or entry.received_at)
        key = (entry.source, entry.id)
        if at_ms <= as_of_ms and (key not in once or _arrived(entry) < _arrived(once[key][1])):
            once[key] = (at_ms, entry)
    return sorted(
        once.values(), key=lambda part: (part[0], part[1].sequence, part[1].received_at, part[1].id)
    )


def _arrived(entry: Entry) -> tuple[datetime, str]:
    return (entry.received_at, entry.home)


def _failed(entry: Entry) -> bool:
    """Tell whether an outbound message failed for good: it reached nobody."""
    return entry.direction == "out" and entry.kind != "call" and entry.status == "failed"


def _given_up_by_router(entry: Entry) -> bool:
    """On an asynchronous channel nobody hangs up: the message is simply unanswered."""
    return entry.kind == "abandon" and entry.source == "router" and entry.channel != "voice"


def plain(entry: Entry, at_ms: int) -> JourneyEvent:
    """Read an entry by itself. What the system writes is automatic; what a bot writes is a bot's."""
    kind, flags = entry.kind, entry.flags
    bot = kind == "message" and entry.direction == "out" and entry.author == "bot"
    return JourneyEvent(
        at_ms=at_ms,
        kind="bot" if bot else kind,
        label=entry.label or "",
        channel=entry.channel or "",
        direction="in" if kind == "abandon" else entry.direction or "internal",
        customer=entry.home,
        source=entry.source,
        id=entry.id,
        sequence=entry.sequence,
        received_us=us_of(entry.received_at),
        issues=entry.issues,
        topic=entry.topic,
        queue=entry.queue,
        agent=entry.agent,
        wait_ms=round(1000 * (entry.wait_s or 0)),
        ack="ack" in flags,
        auto="auto" in flags or (kind == "message" and entry.author == "system"),
        spam="spam" in flags,
        dup="dup" in flags,
        companion="companion" in flags,
        proactive="proactive" in flags,
        opens="opens" in flags,
        missed="missed" in flags,
        dropped="dropped" in flags,
        asks="asks" in flags,
        redirect=entry.redirect,
        outcome=entry.outcome,
        resolved=entry.resolved,
        merge_from=entry.merge.from_ if entry.merge else None,
        merge_into=entry.merge.into if entry.merge else None,
    )


def _merge(link: Linked) -> JourneyEvent:
    return JourneyEvent(
        at_ms=link.from_ms,
        kind="identity_merge",
        merge_from=link.handle,
        merge_into=link.into,
        until_ms=link.until_ms,
    )
