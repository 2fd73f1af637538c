"""What tests with real mail servers may ask for: a Dovecot, mailboxes in it, a listener that polls one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from dovecot import Dovecot, Mailbox

from channels.registry import LISTENERS
from router.model.event import Event
from router.ports import Account, Outside, Result

Poll = Callable[..., AbstractAsyncContextManager[None]]
OUTSIDE: Outside = object()  # type: ignore[assignment]  # IMAP calls nobody by HTTP


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Start one Dovecot for all tests; each uses a mailbox of its own."""
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """Give an empty mailbox."""
    return dovecot.mailbox()


class Kept:
    """A sink in memory; ``failures`` are raised by the next posts, ``misplaced`` by the next places."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.raws: list[bytes] = []
        self.where: str | None = None
        self.failures: list[Exception] = []
        self.misplaced: list[Exception] = []
        self.changed = asyncio.Condition()

    async def post(self, events: Sequence[Event], raw: bytes) -> Sequence[Result]:
        """Keep events, or fail as told."""
        async with self.changed:
            self.changed.notify_all()
            if self.failures:
                raise self.failures.pop(0)
            self.events += events
            self.raws.append(raw)
        return [Result(event.id, None, None, None, False) for event in events]

    async def place(self) -> str | None:
        """Give the place that was kept."""
        return self.where

    async def keep_place(self, place: str) -> None:
        """Keep the place, or fail as told."""
        async with self.changed:
            self.changed.notify_all()
            if self.misplaced:
                raise self.misplaced.pop(0)
            self.where = place

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so; a busy machine may take its time."""
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(true)

    async def texts(self, count: int) -> list[str | None]:
        """Wait for so many events, each with the place after it, and give what they say."""
        await self.until(lambda: len(self.events) >= count)
        return [event.text for event in self.events]


@pytest.fixture
async def kept() -> Kept:
    """Give a sink."""
    return Kept()


@pytest.fixture
def poll(mailbox: Mailbox, kept: Kept) -> Poll:
    """Let a listener poll the mailbox for as long as a block runs; it goes on where the last one was."""

    @contextlib.asynccontextmanager
    async def polling(**changes: Any) -> AsyncIterator[None]:
        account = Account("email", "email_raw", "main", settings=mailbox.settings | changes)
        listener = LISTENERS["email", "email_raw"](account, OUTSIDE)
        assert listener is not None
        await listener.start(kept)
        try:
            yield
        finally:
            await listener.stop()

    return polling
