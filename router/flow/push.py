"""Fans the feed out to whoever watches: one reader a process, a bounded box a subscriber."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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


class Message(Struct, frozen=True):
    """One change. ``id`` is the feed's number; None where more of the same number follows."""

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
        log = structlog.get_logger()
        while True:
            try:
                self._last = await self._feed.last()
                self._reset()
                async for entry in self._feed.follow(self._last, TICK_MS):
                    if entry is None:
                        self._tick()
                    else:
                        self._hand_on(entry)
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
        reached = self._last
        if missed is None or len(missed) == BOX:
            yield await self._start_anew()
        else:
            for entry in missed:
                reached = entry.id
                for message in facts(entry):
                    if box.wants(message):
                        yield message
        async for message in box.take(self._start_anew):
            if message.id is None or _number(message.id) > _number(reached) or message.topic == "reset":
                yield message

    async def _start_anew(self) -> Message:
        number = self._last
        return Message(number, "reset", await self._snapshot())

    def _hand_on(self, entry: FeedEntry) -> None:
        self._last = entry.id
        for message in facts(entry) if self._is_awaited(entry) else ():
            for box in self._boxes:
                box.put(message)
            if message.topic == "offer":
                for event in self._waiting.get(_agent_of(message) or "", ()):
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
            box.put(Message(self._last, "tick", b"{}"))

    def _reset(self) -> None:
        for box in self._boxes:
            box.overflow()


class Box:
    """What waits for one subscriber: messages in order, and the newest depth of each queue and channel."""

    def __init__(self, topics: frozenset[str] | None, agent: str | None) -> None:
        self._topics, self._agent = topics, agent
        self._waiting: deque[Message] = deque()
        self._depth: dict[bytes, Message] = {}
        self._depth_at = 0.0
        self._lost = False
        self._filled = asyncio.Event()

    def wants(self, message: Message) -> bool:
        """Say whether the subscriber asked for this."""
        if message.topic in {"reset", "tick"}:
            return True
        if self._topics is not None and message.topic not in self._topics:
            return False
        if self._agent is None or message.topic not in {"offer", "item"}:
            return True
        return _agent_of(message) == self._agent

    def put(self, message: Message) -> None:
        """Lay a message in; a full box forgets all and asks for a snapshot."""
        if not self.wants(message):
            return
        if message.topic == "depth":
            self._depth[_place_of(message)] = message
        elif len(self._waiting) >= BOX:
            self.overflow()
        else:
            self._waiting.append(message)
        self._filled.set()

    def overflow(self) -> None:
        """Forget everything: the subscriber begins anew."""
        self._waiting.clear()
        self._depth.clear()
        self._lost = True
        self._filled.set()

    async def take(self, start_anew: Callable[[], Awaitable[Message]]) -> AsyncIterator[Message]:
        """Yield what comes, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            if self._lost:
                self._lost = False
                yield await start_anew()
            while self._waiting:
                yield self._waiting.popleft()
            rest = self._depth_at + DEPTH_EVERY_S - loop.time()
            if self._depth and rest <= 0:
                self._depth_at = loop.time()
                ready, self._depth = list(self._depth.values()), {}
                for message in ready:
                    yield message
                continue
            self._filled.clear()
            await self._wait(rest if self._depth else None)

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._filled.wait()
        except TimeoutError:
            pass


def facts(entry: FeedEntry) -> list[Message]:
    """Make messages of a feed entry; only the last has the number, so a resume never skips a fact."""
    made = [(topic, _outside(topic, body)) for topic, body in entry.facts]
    return [
        Message(entry.id if index == len(made) - 1 else None, topic, body)
        for index, (topic, body) in enumerate(made)
    ]


def _outside(_: str, body: bytes) -> bytes:
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


class _Fact(Struct):
    agent: str | None = None
    queue: str | None = None
    channel: str | None = None


_FACT = msgspec.json.Decoder(_Fact)


def _agent_of(message: Message) -> str | None:
    return _FACT.decode(message.body).agent


def _place_of(message: Message) -> bytes:
    fact = _FACT.decode(message.body)
    return f"{fact.queue}|{fact.channel}".encode()


def _number(entry: str) -> tuple[int, int]:
    epoch, _, n = entry.partition("-")
    return int(epoch), int(n)
