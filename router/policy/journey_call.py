"""A telephone call: several entries of one thread become one journey event at its start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import structs

from router.model.entry import Entry
from router.policy.journey_nouns import JourneyEvent
from router.policy.journey_time import us_of

Part = tuple[int, Entry]
"""When (milliseconds), and what was said of the call."""

_OVER = frozenset({"ended", "missed", "failed"})
_PARTS = frozenset({"abandon", "bot"})
"""Besides the call's own entries: a hang-up noted by the router, and what a menu or voice bot said."""

_WORD = frozenset({"voicemail", "callback_request"})
"""What a caller leaves instead of waiting: it stands for the attempt, so the call is no abandon as well."""


class Calls:
    """The calls of a timeline. A thread is a call; the router's entries find it by their conversation."""

    __slots__ = ("_left_word", "_of_conversation", "_parts")

    def __init__(self) -> None:
        """Begin with none."""
        self._parts: dict[str, list[Part]] = {}
        self._of_conversation: dict[str, str] = {}
        self._left_word: set[str] = set()

    def take(self, entry: Entry, at_ms: int) -> bool:
        """Take a call's own entry; False for one of the router that may still find its call."""
        name = entry.thread or (entry.call.id if entry.call else None)
        if name is None:
            if entry.source == "router":
                return False
            name = f"{entry.source} {entry.id}"
        self._parts.setdefault(name, []).append((at_ms, entry))
        if entry.conversation:
            self._of_conversation[entry.conversation] = name
        return True

    def join(self, entry: Entry, at_ms: int) -> bool:
        """Let an entry that is not the call's own join the call it speaks of, if there is one."""
        if entry.kind != "call" and (entry.channel != "voice" or entry.kind not in (*_PARTS, *_WORD)):
            return False
        name = entry.thread if entry.thread in self._parts else None
        name = name or self._of_conversation.get(entry.conversation or "")
        if entry.kind in _WORD:
            self._left_word.add(name or "")
            return False
        if name is None:
            return entry.kind == "call"  # an acceptance without its call says nothing yet
        self._parts[name].append((at_ms, entry))
        return True

    def events(self) -> list[JourneyEvent]:
        """Give what each call is by now; one that still rings or waits is nothing yet."""
        found: list[JourneyEvent] = []
        for name, parts in self._parts.items():
            events = _read(parts)
            if name not in self._left_word or any(event.kind != "abandon" for event in events):
                found += events
        return found


def _read(parts: Sequence[Part]) -> list[JourneyEvent]:
    own = [part for part in parts if part[1].kind == "call"]
    parents = [part for part in own if not _is_leg(part[1])] or own
    direction = _direction(parents)
    over = [part for part in parts if _is_over(part[1])]
    if direction is None:
        return []
    start_ms, end_ms = _span(parents, over)
    answer = _answer(own, direction)
    if answer is None and end_ms is None:
        return []
    entries = [entry for _, entry in (*parents, *(part for part in parts if part not in parents))]
    seen = _seen(entries, start_ms, direction)
    if answer is not None or direction == "out":
        return [_spoken(seen, answer, end_ms)]
    if any(entry.kind == "bot" or entry.author == "bot" for entry in entries):
        return _served_by_bot(seen, start_ms if end_ms is None else end_ms)
    return [_abandoned(seen, start_ms if end_ms is None else end_ms)]


def _direction(parents: Sequence[Part]) -> Literal["in", "out"] | None:
    for _, entry in parents:
        if entry.direction in ("in", "out"):
            return entry.direction
    return None


def _is_leg(entry: Entry) -> bool:
    return entry.call is not None and entry.call.leg is not None


def _is_over(entry: Entry) -> bool:
    """Tell whether this ends the call: a hang-up, a record without a status; a leg ends only itself."""
    if entry.kind == "abandon":
        return True
    if entry.kind != "call" or _is_leg(entry) or entry.source == "router":
        return False
    return entry.status is None or entry.status in _OVER


def _span(parents: Sequence[Part], over: Sequence[Part]) -> tuple[int, int | None]:
    """When it began and ended. A call known by one entry only lasted what that says it did."""
    start_ms, first = parents[0]
    if not over:
        return start_ms, None
    end_ms = max(at_ms for at_ms, _ in over)
    if len(parents) == 1 and end_ms == start_ms:
        lasted_ms = round(1000 * (first.duration_s or 0))
        return (start_ms, start_ms + lasted_ms) if first.status is None else (start_ms - lasted_ms, end_ms)
    return start_ms, end_ms


def _answer(own: Sequence[Part], direction: str) -> Part | None:
    """Give the entry that says two people spoke, None: none does (yet)."""
    return next((part for part in own if _is_answer(part[1], direction)), None)


def _is_answer(entry: Entry, direction: str) -> bool:
    """Tell whether this proves a person: a parent leg in progress does so only when it was we who rang."""
    if "missed" in entry.flags or entry.status in ("missed", "failed"):
        return False
    if "answered" in entry.flags or entry.status is None:
        return True
    if entry.status == "answered":
        return direction == "out" or entry.agent is not None or _is_leg(entry)
    talked = entry.status == "ended" and bool(entry.duration_s)
    return talked and not _is_leg(entry) and (direction == "out" or entry.agent is not None)


def _spoken(seen: JourneyEvent, answer: Part | None, end_ms: int | None) -> JourneyEvent:
    """Give the call two people had, or the one of ours that nobody took; one that goes on has no end."""
    lasted = end_ms is not None and end_ms > seen.at_ms
    changes: dict[str, Any] = {"missed": answer is None, "end_ms": end_ms if lasted else None}
    if answer is not None:
        changes["agent"] = answer[1].agent or seen.agent
        if seen.direction == "in":
            changes["wait_ms"] = _waited(seen, answer[0])
    return structs.replace(seen, **changes)


def _abandoned(seen: JourneyEvent, end_ms: int) -> JourneyEvent:
    return structs.replace(seen, kind="abandon", wait_ms=_waited(seen, end_ms))


def _waited(seen: JourneyEvent, until_ms: int) -> int:
    """Give what the caller waited, as told or as measured: by two clocks, of which one may run behind."""
    return seen.wait_ms or max(0, until_ms - seen.at_ms)


def _served_by_bot(seen: JourneyEvent, end_ms: int) -> list[JourneyEvent]:
    """Give what the customer wanted, and at its end what the bot had to say."""
    said = structs.replace(seen, kind="bot", direction="out", at_ms=end_ms, id=f"{seen.id} out", wait_ms=0)
    return [structs.replace(seen, kind="bot"), said]


def _seen(entries: Sequence[Entry], at_ms: int, direction: Literal["in", "out"]) -> JourneyEvent:
    """Put together what all entries of a call say; how it ended is added by whoever asks."""
    first = entries[0]
    flags = {flag for entry in entries for flag in entry.flags}
    return JourneyEvent(
        at_ms=at_ms,
        kind="call",
        label=first.label or "voice",
        channel=first.channel or "voice",
        direction=direction,
        customer=first.home,
        source=first.source,
        id=first.id,
        sequence=first.sequence,
        received_us=us_of(first.received_at),
        issues=tuple(dict.fromkeys(issue for entry in entries for issue in entry.issues)),
        topic=next((entry.topic for entry in reversed(entries) if entry.topic), None),
        queue=next((entry.queue for entry in entries if entry.queue), None),
        agent=next((entry.agent for entry in entries if entry.agent), None),
        wait_ms=round(1000 * max((entry.wait_s or 0.0) for entry in entries)),
        dup="dup" in flags,
        spam="spam" in flags,
        companion="companion" in flags,
        proactive="proactive" in flags,
        opens="opens" in flags,
        dropped="dropped" in flags,
        asks="asks" in flags,
        redirect=next((entry.redirect for entry in entries if entry.redirect), None),
    )
