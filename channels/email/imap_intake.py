"""Takes one mail out of a mailbox: fetched, read, kept."""

from __future__ import annotations

import asyncio
import imaplib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from channels.email.aside import aside
from channels.email.imap_box import Box, Listed, Unfetched
from channels.email.mail import UNKNOWN
from channels.email.raw import unparsed
from channels.email.readers import Readers
from router.errors import Busy
from router.ports import Account, Sink

BEGINNING = 131_072
"""Bytes of a mail too large: its head is read up to half of that, and some of its body makes its id."""
STRIKES = 2
_RETRY_S, _RETRY_MOST_S = 0.2, 5.0
_LOG = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Intake:
    """Takes the mails of an account; of those larger than ``max_bytes`` what their heads tell."""

    def __init__(self, account: Account, readers: Readers, max_bytes: int) -> None:
        self._account, self._readers, self._max_bytes = account, readers, max_bytes
        self._broke = (0, 0)  # the UID at which connections broke last, and how many in a row

    async def take(self, box: Box, mail: Listed, sink: Sink) -> bool:
        """Take a mail, or find that it is gone; False where that cannot be now for reasons of its own.

        A connection that breaks is raised, unless this mail has broken so many: then it is to blame.
        """
        try:
            raw = await aside(box.fetch, mail.uid, self._max_bytes + 1)
        except Unfetched:
            return self._put_off(mail, "the server does not give it")
        except (OSError, imaplib.IMAP4.error):
            self._broke = (mail.uid, self._broke[1] + 1 if self._broke[0] == mail.uid else 1)
            if self._broke[1] < STRIKES:
                raise
            return self._put_off(mail, "the connection breaks at it")
        try:
            return raw is None or await self._keep(mail, raw, sink)
        except Exception:  # noqa: BLE001 - our own mistake with one mail must not hold up the others
            _LOG.exception("%s: mail %d could not be kept", self._account.source, mail.uid)
            return False

    async def _keep(self, mail: Listed, raw: bytes, sink: Sink) -> bool:
        if len(raw) > self._max_bytes:
            raw = raw[:BEGINNING]
            events = unparsed(raw, self._account, time.time())
        else:
            events = await insist(self._readers.read, raw, self._account, UNKNOWN)
        if not await insist(sink.post, events, raw):
            _LOG.error("%s: mail %d is refused; its raw body is kept", self._account.source, mail.uid)
        return True

    def _put_off(self, mail: Listed, reason: str) -> bool:
        _LOG.error("%s: mail %d waits, %s", self._account.source, mail.uid, reason)
        return False


async def insist(work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it again until nobody is too busy for it."""
    pause_s = _RETRY_S
    while True:
        try:
            return await work(*args, **kwargs)
        except (Busy, OSError):
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _RETRY_MOST_S)
