"""A leased listener: one router at a time listens, and another follows."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable

import pytest
import servers

from router.errors import StoreAway
from router.flow.lease import Leased
from router.ports import Sink
from router.store import keys, keys_system
from router.store.leases import Leases
from router.store.library import Library, Source
from router.store.link import Link, open_link
from router.store.workspace import Workspace

SOURCE = "email_raw:main"
SHORT_S, LONG_S = 0.3, 60.0
Make = Callable[..., tuple["Ear", Leased]]


class Nowhere:
    """A sink that nobody posts to."""

    async def place(self) -> str | None:
        """Know nothing."""
        return None


SINK: Sink = Nowhere()  # type: ignore[assignment]


class Asked(Leases):
    """Leases that count in ``unanswered`` how often the store did not answer."""

    def __init__(self, library: Library, place: Workspace, holder: str, lease_s: float) -> None:
        super().__init__(library, place, holder, lease_s)
        self.unanswered = asyncio.Semaphore(0)

    async def take(self, source: str) -> bool:
        """Take the lease, as leases do."""
        try:
            return await super().take(source)
        except StoreAway:
            self.unanswered.release()
            raise


def lease_key(place: Workspace) -> str:
    """Name the key under which the holder of the lease stands."""
    return keys_system.lease(keys_system.SYSTEM, place.name, SOURCE)


class Ear:
    """A listener that says when it begins and ends; ``fails`` is raised by its next starts."""

    def __init__(self) -> None:
        self.listens, self.rests = asyncio.Event(), asyncio.Event()
        self.rests.set()
        self.fails: list[Exception] = []
        self.starts = 0

    async def start(self, sink: Sink) -> None:
        """Listen."""
        assert sink is SINK
        assert self.rests.is_set(), "it was started twice"
        if self.fails:
            raise self.fails.pop()
        self.starts += 1
        self.rests.clear()
        self.listens.set()

    async def stop(self) -> None:
        """Rest."""
        self.listens.clear()
        self.rests.set()


async def within(event: asyncio.Event) -> None:
    """Wait until it happens; ten seconds are for a machine that is busy."""
    async with asyncio.timeout(10):
        await event.wait()


@pytest.fixture
async def make(library: Library, place: Workspace) -> AsyncIterator[Make]:
    """Make the leased listener of one more router; all are stopped in the end."""
    made: list[Leased] = []

    def one(holder: str, lease_s: float = SHORT_S) -> tuple[Ear, Leased]:
        ear = Ear()
        made.append(Leased(ear, Leases(library, place, holder, lease_s), SOURCE))
        return ear, made[-1]

    yield one
    for leased in made:
        await leased.stop()


async def test_one_listens_and_the_next_follows(make: Make) -> None:
    """While the first renews its lease the second waits; when it stops the second begins."""
    first, leased = make("first")
    second, waiting = make("second")
    await leased.start(SINK)
    await waiting.start(SINK)
    assert (first.listens.is_set(), second.listens.is_set()) == (True, False)
    await leased.stop()
    await within(second.listens)
    assert first.rests.is_set()


async def test_who_stops_leaves_the_lease(make: Make) -> None:
    """The next router listens at once, however long a lease lasts."""
    _, leased = make("first", LONG_S)
    await leased.start(SINK)
    await leased.stop()
    second, next_one = make("second", LONG_S)
    await next_one.start(SINK)
    assert second.listens.is_set()


async def test_a_lost_lease_ends_the_listening(make: Make, link: Link, place: Workspace) -> None:
    """Whoever finds that another holds its lease listens no more, until it is free again."""
    first, leased = make("first")
    await leased.start(SINK)
    key = lease_key(place)
    await link.call("SET", key, "another", key=keys.SYSTEM)
    await within(first.rests)
    await link.call("DEL", key, key=keys.SYSTEM)
    await within(first.listens)
    assert first.starts == 2


async def test_a_listener_that_cannot_start_says_so_at_once(make: Make) -> None:
    """A wrong setting ends the start of the router, as without a lease."""
    ear, leased = make("first")
    ear.fails = [OSError("no such device")]
    with pytest.raises(OSError, match="device"):
        await leased.start(SINK)
    await leased.stop()
    await leased.start(SINK)
    assert ear.listens.is_set()


async def test_while_the_store_is_away_it_listens_on(
    own_server: servers.Server, source: Source, place: Workspace
) -> None:
    """What is heard meanwhile is told only once. When the store is back, whoever has the lease listens."""
    link = await open_link(own_server.url, deadline_s=0.1)
    library = Library(link, source)
    await library.load()
    ear, leases = Ear(), Asked(library, place, "first", SHORT_S)
    leased = Leased(ear, leases, SOURCE)
    await leased.start(SINK)
    os.kill(own_server.pid, signal.SIGSTOP)
    try:
        for _ in range(5):
            await leases.unanswered.acquire()
        assert ear.listens.is_set()
    finally:
        os.kill(own_server.pid, signal.SIGCONT)
    await asyncio.to_thread(own_server.admin.set, lease_key(place), "another")
    await within(ear.rests)
    await leased.stop()
    await link.close()
