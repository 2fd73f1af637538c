"""Live depth: the kept counters, and the recount they must equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from router.store import keys
from router.store.link import Link


class Counts(Struct, frozen=True):
    """``states``: what is not zero, by (queue, channel, state); ``oldest`` entry time in ms.

    ``places``: every (queue, channel) that ever had an item.
    """

    states: Mapping[tuple[str, str, str], int]
    oldest: Mapping[tuple[str, str], int]
    now_ms: int
    places: frozenset[tuple[str, str]] = frozenset()


class Depths:
    """The depth of one workspace."""

    def __init__(self, link: Link, p: str) -> None:
        self._link, self._p = link, p
        self._anchor = keys.slot(p)

    async def read(self) -> Counts:
        """Read the kept counters: one call whatever the number of queues."""
        calls = [("TIME",), ("HGETALL", keys.depth(self._p)), ("HGETALL", keys.oldest(self._p))]
        time, states, oldest = await self._link.many(calls, key=self._anchor)
        counts = {_split3(states[i]): int(states[i + 1]) for i in range(0, len(states), 2)}
        return Counts(
            {place: count for place, count in counts.items() if count},
            {_split2(oldest[i]): int(oldest[i + 1]) for i in range(0, len(oldest), 2)},
            int(time[0]) * 1000 + int(time[1]) // 1000,
            frozenset((queue, channel) for queue, channel, _ in counts),
        )

    async def recount(self) -> Counts:
        """Count the open items one by one; compare it only while nothing moves."""
        key = keys.open_all(self._p)
        items = await self._link.call("ZRANGE", key, 0, -1, key=key)
        names = ("queue", "channel", "state", "entered")
        calls: list[tuple[str | bytes | int, ...]] = [("TIME",)]
        calls += [("HMGET", keys.item(self._p, item.decode()), *names) for item in items]
        time, *found = await self._link.many(calls, key=self._anchor)
        states: Counter[tuple[str, str, str]] = Counter()
        oldest: dict[tuple[str, str], int] = {}
        for queue, channel, state, entered in (tuple(x.decode() for x in one) for one in found if one[0]):
            states[queue, channel, state] += 1
            if state in {"waiting", "offered"}:
                before = oldest.get((queue, channel))
                oldest[queue, channel] = min(int(entered), int(entered) if before is None else before)
        return Counts(dict(states), oldest, int(time[0]) * 1000 + int(time[1]) // 1000)


def _split3(field: bytes) -> tuple[str, str, str]:
    queue, channel, state = field.decode().split("|")
    return queue, channel, state


def _split2(field: bytes) -> tuple[str, str]:
    queue, channel = field.decode().split("|")
    return queue, channel
