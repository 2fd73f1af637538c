"""R1 to R3: which events count once, in which order, about what and whom. Before anything is folded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from router.policy.journey_nouns import JourneyEvent

LABELLED_AT_WRAP_UP = frozenset({
    "message", "call", "voicemail", "bot", "callback_request", "abandon", "transfer", "handoff",
})  # fmt: skip
"""R3: what a wrap-up labels: what happened in the session, not surveys, escalations or reopenings."""


class Ordered(Struct, frozen=True):
    """The events that count, in order; for each of them whose it is and the issues it is about."""

    events: list[JourneyEvent]
    customers: list[str]
    issues: list[tuple[str, ...]]


class Merged:
    """The names that turned out to mean the same thing; ``of`` gives the one that stands for all (R2)."""

    __slots__ = ("_into",)

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Join each ``from`` into its ``into``, in order; a pair that is one already changes nothing."""
        self._into: dict[str, str] = {}
        for old, new in pairs:
            old_root, new_root = self.of(old), self.of(new)
            if old_root != new_root:
                self._into[old_root] = new_root

    def __bool__(self) -> bool:
        """Tell whether anything was joined."""
        return bool(self._into)

    def of(self, name: str) -> str:
        """Give the name that stands for this one."""
        into = self._into
        while name in into:
            name = into[name]
        return name

    def all_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give the names that stand for these, each once, in order."""
        if not self._into:
            return names if len(names) < 2 else tuple(dict.fromkeys(names))  # noqa: PLR2004 - one is itself
        return tuple(dict.fromkeys([self.of(name) for name in names]))


def known(events: Iterable[JourneyEvent], as_of_ms: int) -> list[JourneyEvent]:
    """R1: the events up to ``as_of_ms``, each (source, id) once, by time, sequence and arrival.

    Of two events with one id the one that arrived first stands. What is left equal is ordered by its
    names, so that the order of the input never matters.
    """
    kept: dict[object, JourneyEvent] = {}
    in_order, last_ms = True, -1
    for event in events:
        at_ms = event.at_ms
        if at_ms > as_of_ms:
            continue
        key = (event.source, event.id) if event.id else len(kept)
        first = kept.get(key)
        if first is None or (event.received_us, event.customer) < (first.received_us, first.customer):
            kept[key] = event
            in_order = in_order and first is None and at_ms > last_ms
            last_ms = at_ms
    return list(kept.values()) if in_order else sorted(kept.values(), key=_order)


def _order(event: JourneyEvent) -> tuple[int, int, int, str, str]:
    return (event.at_ms, event.sequence, event.received_us, event.source, event.id)


def ordered(events: Iterable[JourneyEvent], as_of_ms: int) -> Ordered:
    """Apply R1 to R3. Merges act backwards: what is known at ``as_of_ms`` holds for all time (R2)."""
    kept = known(events, as_of_ms)
    people, matters = _merges(kept, as_of_ms)
    customers = [event.customer for event in kept]
    if people:
        customers = [people.of(name) for name in customers]
    labels = _labelled(kept, customers)
    return Ordered(kept, customers, [matters.all_of(names) if names else names for names in labels])


def _merges(events: Sequence[JourneyEvent], as_of_ms: int) -> tuple[Merged, Merged]:
    people: list[tuple[str, str]] = []
    matters: list[tuple[str, str]] = []
    for event in events:
        old, new = event.merge_from, event.merge_into
        if old is None or new is None:
            continue
        if event.kind == "merge":
            matters.append((old, new))
        elif event.kind == "identity_merge" and (event.until_ms is None or event.until_ms > as_of_ms):
            people.append((old, new))
    return Merged(people), Merged(matters)


def _labelled(events: Sequence[JourneyEvent], customers: Sequence[str]) -> list[tuple[str, ...]]:
    """R3: give unlabelled events the issues of the wrap-up that follows them on their channel.

    Read from the end: a wrap-up holds back to the one before it, also where it names nothing.
    """
    labels = [event.issues for event in events]
    wrapped_as: dict[tuple[str, str], tuple[str, ...]] = {}
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if event.kind == "disposition":
            wrapped_as[customers[index], event.label] = event.issues
        elif wrapped_as and not event.issues and event.kind in LABELLED_AT_WRAP_UP:
            labels[index] = wrapped_as.get((customers[index], event.label), ())
    return labels
