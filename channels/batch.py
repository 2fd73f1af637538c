"""Read the entries of one request each for itself: a bad one is kept unread, the good ones beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from channels import wire
from channels.unread import unread
from channels.wire import Table
from router.errors import Invalid, Malformed
from router.model.cloudevents import Refused
from router.model.event import Event

Read = Callable[[object], list[Event]]


def each(entries: Iterable[object], read: Read, source: str, provider: str) -> list[Event]:
    """Read the entries into their events, in order; an event that comes twice is taken once.

    An entry that ``read`` refuses with Invalid becomes one event, unread. Malformed where an entry is
    nested so deep that it cannot even be kept.
    """
    found: dict[str, Event] = {}
    for entry in entries:
        for event in _one(entry, read, source, provider):
            found.setdefault(event.id, event)
    return list(found.values())


def record(entry: object) -> Table:
    """Give an entry that is an object; Invalid where it is none."""
    if not isinstance(entry, dict):
        raise Invalid("the entry is no object")
    return entry


def native(entry: Table, *path: str) -> str:
    """Give the provider's id of an entry; Invalid where it has none, for without it nothing is told apart."""
    found = wire.name(entry, *path)
    if not found:
        raise Invalid("the entry has no id", field=".".join(path))
    return found


def _one(entry: object, read: Read, source: str, provider: str) -> list[Event]:
    try:
        return read(entry)
    except Invalid as reason:
        refused = Refused(entry, reason)
    try:
        return [unread(refused, source, provider)]
    except RecursionError:
        raise Malformed("an entry is nested too deep") from None
