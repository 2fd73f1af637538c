"""Fans the feed out to whoever watches: one reader a process, a bounded box a subscriber."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from router.errors import RouterError
from router.flow.shown import at
from router.store.feed import Feed, FeedEntry

BOX = 64
"""Messages that may wait for one subscriber; a slower one gets a snapshot instead."""

DEPTH_EVERY_S = 0.25
"""Depth reaches a subscriber at most four times a second, always the newest."""

TICK_MS = 5000
"""How often a subscriber hears the number that was reached, though nothing came that it wants."""


class Fact(Struct, frozen=True):
    """One change, as one entry of the feed has it: ``number`` is the entry's."""

    number: str
    topic: str
    body: bytes


class Message(Struct, frozen=True):
    """One change as it is handed out. ``id``: all up to this number of the feed was; None: not yet all."""

    id: str | None
    topic: str
    body: bytes


Snapshot = Callable[[], Awaitable[bytes]]


class Push:
    """Follows the feed and hands every fact to those who want its topic."""

    def __init__(self, feed: Feed, snapshot: Snapshot) -> None:
        self._feed, self._snapshot = feed, snapshot
        self._boxes: set[Box] = set()
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._last = "0-0"

    async def run(self) -> None:
        """Follow the feed for ever."""
        log, loop = structlog.get_logger(), asyncio.get_running_loop()
        while True:
            try:
                self._last = await self._feed.last()
                self._reset()
                ticked = loop.time()
                async for entry in self._feed.follow(self._last, TICK_MS):
                    if entry is not None:
                        self._hand_on(entry)
                    if loop.time() - ticked >= TICK_MS / 1000:
                        ticked = loop.time()
                        self._tick()
            except RouterError as problem:
                log.warning("feed_lost", code=problem.code, detail=problem.detail)
                await asyncio.sleep(0.2)

    @asynccontextmanager
    async def subscribe(
        self, topics: frozenset[str] | None, last_id: str | None = None, agent: str | None = None
    ) -> AsyncIterator[AsyncIterator[Message]]:
        """Give the messages of some topics (None: all), continued after ``last_id`` where it is known.

        With ``agent``, offers are only theirs, and items only those they hold.
        """
        box = Box(topics, agent)
        self._boxes.add(box)
        try:
            yield self._messages(box, last_id)
        finally:
            self._boxes.discard(box)

    @contextmanager
    def waiting(self, agent: str) -> Iterator[asyncio.Event]:
        """Give an event that is set when the agent is offered something."""
        event = asyncio.Event()
        self._waiting.setdefault(agent, set()).add(event)
        try:
            yield event
        finally:
            left = self._waiting[agent]
            left.discard(event)
            if not left:
                del self._waiting[agent]

    async def _messages(self, box: Box, last_id: str | None) -> AsyncIterator[Message]:
        missed = await self._feed.since(last_id, BOX) if last_id else None
        if missed is None or len(missed) == BOX:
            box.overflow()
        else:
            box.reach(last_id or self._last)
            for entry in missed:
                box.reach(entry.id)
                wanted = [fact for fact in facts(entry) if box.wants(fact)]
                for fact in wanted:
                    yield Message(entry.id if fact is wanted[-1] else None, fact.topic, fact.body)
        async for message in box.take(self._start_anew):
            yield message

    async def _start_anew(self) -> Fact:
        number = self._last
        return Fact(number, "reset", await self._snapshot())

    def _hand_on(self, entry: FeedEntry) -> None:
        self._last = entry.id
        for fact in facts(entry) if self._is_awaited(entry) else ():
            for box in self._boxes:
                box.put(fact)
            if fact.topic == "offer":
                for event in self._waiting.get(_agent_of(fact) or "", ()):
                    event.set()
        if any(topic == "reset" for topic, _ in entry.facts):
            self._reset()

    def _is_awaited(self, entry: FeedEntry) -> bool:
        """Say whether anybody here may want a fact of it; most processes have more events than watchers."""
        return bool(self._boxes) or (
            bool(self._waiting) and any(topic == "offer" for topic, _ in entry.facts)
        )

    def _tick(self) -> None:
        for box in self._boxes:
            box.put(Fact(self._last, "tick", b"{}"))

    def _reset(self) -> None:
        for box in self._boxes:
            box.overflow()


class Box:
    """What waits for one subscriber: facts in order, and the newest depth of each queue and channel."""

    def __init__(self, topics: frozenset[str] | None, agent: str | None) -> None:
        self._topics, self._agent = topics, agent
        self._waiting: deque[Fact] = deque()
        self._depth: dict[bytes, Fact] = {}
        self._depth_at = 0.0
        self._reached = (0, 0)
        self._lost = False
        self._filled = asyncio.Event()

    def wants(self, fact: Fact) -> bool:
        """Say whether the subscriber asked for this."""
        if fact.topic in {"reset", "tick"}:
            return True
        if self._topics is not None and fact.topic not in self._topics:
            return False
        if self._agent is None or fact.topic not in {"offer", "item"}:
            return True
        return _agent_of(fact) == self._agent

    def put(self, fact: Fact) -> None:
        """Lay a fact in; a full box forgets all and asks for a snapshot."""
        if not self.wants(fact):
            return
        if fact.topic == "depth":
            self._depth[_place_of(fact)] = fact
        elif len(self._waiting) >= BOX:
            self.overflow()
        else:
            self._waiting.append(fact)
        self._filled.set()

    def reach(self, number: str) -> None:
        """Note that the subscriber has all up to a number: what waits of it is handed out no more."""
        self._reached = _number(number)

    def overflow(self) -> None:
        """Forget everything: the subscriber begins anew."""
        self._waiting.clear()
        self._depth.clear()
        self._lost = True
        self._filled.set()

    async def take(self, start_anew: Callable[[], Awaitable[Fact]]) -> AsyncIterator[Message]:
        """Yield what comes, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            if self._lost:
                self._lost = False
                fact = await start_anew()
                self.reach(fact.number)
                yield Message(fact.number, fact.topic, fact.body)
            rest = self._depth_at + DEPTH_EVERY_S - loop.time()
            ready: list[bytes] = []
            if rest <= 0:
                self._depth_at = loop.time()
                ready = sorted(self._depth, key=lambda place: _number(self._depth[place].number))
            for fact in self._ready(ready):
                if _number(fact.number) > self._reached:
                    yield Message(self._id_of(fact), fact.topic, fact.body)
            if self._lost or self._waiting:
                continue
            self._filled.clear()
            await self._wait(max(rest, 0) if self._depth else None)

    def _ready(self, places: Iterable[bytes]) -> Iterator[Fact]:
        """Take out what waits, then the depth of some places."""
        while self._waiting:
            yield self._waiting.popleft()
        for place in places:
            if (fact := self._depth.pop(place, None)) is not None:
                yield fact

    def _id_of(self, fact: Fact) -> str | None:
        """Give a fact its number, unless something up to that number still waits: a resume skips nothing."""
        number = _number(fact.number)
        left = [*self._depth.values(), *([self._waiting[0]] if self._waiting else ())]
        return None if any(_number(other.number) <= number for other in left) else fact.number

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._filled.wait()
        except TimeoutError:
            pass


def facts(entry: FeedEntry) -> list[Fact]:
    """Read the facts of a feed entry."""
    return [Fact(entry.id, topic, _outside(body)) for topic, body in entry.facts]


def _outside(body: bytes) -> bytes:
    """Write times as RFC 3339 and load as a share: what is milliseconds and ppm inside."""
    fact: dict[str, Any] = msgspec.json.decode(body)
    told: dict[str, Any] = {}
    for name, value in fact.items():
        if name.endswith("_ms"):
            told[f"{name[:-3]}_at"] = at(value)
        elif name == "load_ppm":
            told["load"] = value / 1_000_000
        else:
            told[name] = value
    return msgspec.json.encode(told)


class _About(Struct):
    agent: str | None = None
    queue: str | None = None
    channel: str | None = None


_ABOUT = msgspec.json.Decoder(_About)


def _agent_of(fact: Fact) -> str | None:
    return _ABOUT.decode(fact.body).agent


def _place_of(fact: Fact) -> bytes:
    about = _ABOUT.decode(fact.body)
    return f"{about.queue}|{about.channel}".encode()


def _number(entry: str) -> tuple[int, int]:
    epoch, _, n = entry.partition("-")
    return int(epoch), int(n)
