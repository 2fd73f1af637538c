"""What tests with real mail servers may ask for: a Dovecot, mailboxes in it, a listener that polls one."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from dovecot import Dovecot, Mailbox
from mailroom import Kept, Poll
from postfix import Postfix
from servers import free_port

from channels.email.imap import ImapListener
from router.ports import Account, Outside

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


@pytest.fixture(scope="session")
def postfix() -> Iterator[Postfix]:
    """Start one Postfix for all tests, which hands its mail to the port ``lmtp_port``."""
    server = Postfix(free_port())
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    """Give an empty mailbox."""
    return dovecot.mailbox()


@pytest.fixture
async def kept() -> Kept:
    """Give a sink."""
    return Kept()


@pytest.fixture
def poll_of(kept: Kept) -> Poll:
    """Let a listener poll a mailbox for as long as a block runs; it goes on where the last one was."""

    @contextlib.asynccontextmanager
    async def polling(mailbox: Mailbox, **changes: Any) -> AsyncIterator[ImapListener]:
        account = Account("email", "email_raw", "main", settings=mailbox.settings | changes)
        listener = ImapListener.of(account, OUTSIDE)
        assert listener is not None
        await listener.start(kept)
        try:
            yield listener
        finally:
            await listener.stop()

    return polling


@pytest.fixture
def poll(mailbox: Mailbox, poll_of: Poll) -> Poll:
    """Let a listener poll the mailbox of the test."""
    return functools.partial(poll_of, mailbox)
