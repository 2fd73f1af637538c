"""The calls an Asterisk has told of: what an event must know from those before it.

A call is its ``Linkedid``, the first channel's ``Uniqueid``. Only so many are kept; the oldest go first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from msgspec import Struct

from channels.voice.asterisk_ends import Ends

MOST_CALLS = 5_000
MOST_LEGS = 20_000
T = TypeVar("T")


class Call(Struct):
    """What is known of a call by now.

    ``judged``: its first channel was seen, which says what its ``ends`` are; ``begun``: its begin was told.
    ``queue`` is the latest it came to, ``waits`` whether it is still there, ``joins`` how often it came to
    each.
    """

    linked: str
    ends: Ends = Ends()
    judged: bool = False
    begun: bool = False
    queue: str | None = None
    waits: bool = False
    answered: bool = False
    over: bool = False
    joins: dict[str, int] = {}


class Leg(NamedTuple):
    """A channel: the call it belongs to, and its name."""

    linked: str
    name: str


class Calls:
    """The newest calls and their channels, by id."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._legs: OrderedDict[str, Leg] = OrderedDict()
        self._unseen: set[str] | None = None
        self._talking: dict[str, str] = {}

    def find(self, linked: str) -> Call | None:
        """Give a call that is known."""
        return self._calls.get(linked)

    def put(self, call: Call) -> Call:
        """Keep a call."""
        return _keep(self._calls, call.linked, call, MOST_CALLS)

    def leg(self, unique: str) -> Leg | None:
        """Give a channel that is known."""
        return self._legs.get(unique)

    def tell(self, unique: str, leg: Leg) -> None:
        """Keep which call a channel belongs to."""
        _keep(self._legs, unique, leg, MOST_LEGS)

    def named(self, uniques: Iterable[str]) -> Iterator[tuple[str, Call]]:
        """Give the calls of which channels are the first, with the channel."""
        for unique in uniques:
            call = self._calls.get(unique)
            if call is not None and call.ends.direction is not None:
                yield unique, call

    def begin_survey(self) -> None:
        """Begin to look which of the calls known by now are still there."""
        self._unseen = {linked for linked, call in self._calls.items() if not call.over}
        self._talking = {}

    def seen(self, linked: str, talking: str | None) -> None:
        """Note that a call is still there, and the leg it talks to."""
        if self._unseen is not None:
            self._unseen.discard(linked)
        if talking:
            self._talking.setdefault(linked, talking)

    def end_survey(self) -> tuple[list[Call], list[tuple[Call, str]]]:
        """Give the calls that went while nobody listened, and those that were answered, with the leg."""
        unseen, self._unseen = self._unseen or set(), None
        talking, self._talking = self._talking, {}
        known = [call for call in map(self._calls.get, sorted(unseen)) if call]
        heard = [(self._calls[linked], leg) for linked, leg in talking.items() if linked in self._calls]
        return (
            [call for call in known if not call.over and call.ends.direction],
            [(call, leg) for call, leg in heard if not call.answered and call.ends.direction],
        )


def _keep(known: OrderedDict[str, T], key: str, value: T, most: int) -> T:
    known[key] = value
    known.move_to_end(key)
    if len(known) > most:
        known.popitem(last=False)
    return value
