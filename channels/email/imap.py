"""IMAP: looks into a mailbox now and then, and takes what is new. Nothing in it is marked, moved or deleted.

A place (the numbering of the folder and the last UID taken) is kept after each mail, once the mail itself
is. A mail that makes trouble is owed and tried again at every look; those after it do not wait for it.
"""

from __future__ import annotations

import asyncio
import imaplib
import logging
import random
import time
from typing import Self

from msgspec.structs import replace

from channels.email.aside import aside
from channels.email.imap_box import Box, Folder
from channels.email.imap_intake import Intake, insist
from channels.email.imap_login import PREFIX, SETTINGS, Login
from channels.email.imap_place import Place
from channels.email.imap_wire import Refused, why
from channels.email.readers import Readers
from router.ports import Account, Outside, Sink

WINDOW, WIDEST = 500, 65_536
"""UIDs of one list. Where nothing is, the next is twice as wide: what was deleted leaves wide gaps."""
MOST_S = 300.0
_MOST_FAILS = 16
_LOG = logging.getLogger(__name__)


class ImapListener:
    """Polls the mailbox of one account; ``start`` never fails because the mail server is away."""

    settings = SETTINGS

    def __init__(self, account: Account, login: Login) -> None:
        own = {name: value for name, value in account.settings.items() if not name.startswith(PREFIX)}
        self._source, self._login = account.source, login
        self._readers = Readers(number=1)
        # Who reads strangers' mail need not know the password.
        self._intake = Intake(replace(account, settings=own), self._readers, login.max_bytes)
        self._fails = 0
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, account: Account, outside: Outside) -> Self | None:  # noqa: ARG003 - it speaks no HTTP
        """Make the listener of an account, None: it has no mailbox. ConfigInvalid for a wrong setting."""
        login = Login.of(account)
        return cls(account, login) if login else None

    async def start(self, sink: Sink) -> None:
        """Begin to look; what is found goes to the sink."""
        await self._readers.start()
        self._task = asyncio.create_task(self._listen(sink))

    async def stop(self) -> None:
        """Look no more. A mail under way is found again, by its number or as a duplicate."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        await self._readers.stop()

    async def _listen(self, sink: Sink) -> None:
        """Connect again and again, with longer and longer pauses while it is of no use."""
        while True:
            box = Box(self._login)
            try:
                await aside(box.open)
                _LOG.info("%s is polled", self._source)
                while True:
                    await self._poll(box, sink)
                    await asyncio.sleep(self._login.poll_s)
            except Refused as refusal:
                _LOG.error("%s does not let us in: %s", self._source, refusal)
            except (OSError, imaplib.IMAP4.error) as problem:
                _LOG.warning("%s cannot be polled: %s", self._source, why(problem))
            except Exception:  # noqa: BLE001 - our own mistake must not end the polling
                _LOG.exception("%s cannot be polled", self._source)
            finally:
                box.hang_up()
            pause_s = min(self._login.poll_s * 2**self._fails, max(MOST_S, self._login.poll_s))
            self._fails = min(self._fails + 1, _MOST_FAILS)
            # Spread, so that not all who lost it come back at once.
            await asyncio.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311

    async def _poll(self, box: Box, sink: Sink) -> None:
        """Take what is new, then what is owed."""
        folder = await aside(box.look)
        self._fails = 0
        place = await self._walk(box, sink, folder, await self._begin(sink, folder))
        for uid in random.sample(place.owed, len(place.owed)):  # one may break the connection for the others
            mails = await aside(box.list, uid, uid)
            if not mails or await self._intake.take(box, mails[0], sink):
                place = place.settled(uid)
                await insist(sink.keep_place, place.written)

    async def _begin(self, sink: Sink, folder: Folder) -> Place:
        """Give the place to go on from: the one kept, or the begin of a folder new or numbered anew."""
        kept = await insist(sink.place)
        place = Place.read(kept) if kept else self._first(folder)
        if place.validity != folder.validity:
            _LOG.warning("%s: the folder is numbered anew; its mails are looked through again", self._source)
            place = place.renumbered(folder, int(time.time()))
        if place.written != kept:
            await insist(sink.keep_place, place.written)
        return place

    def _first(self, folder: Folder) -> Place:
        if self._login.from_ == "all":
            return Place(folder.validity)
        return Place(folder.validity, folder.next_uid - 1, int(time.time()))

    async def _walk(self, box: Box, sink: Sink, folder: Folder, place: Place) -> Place:
        """Take the mails beyond a place, in order; give the place after them."""
        width = WINDOW
        while place.uid < folder.next_uid - 1 and not place.full:
            last = min(place.uid + width, folder.next_uid - 1)
            mails = await aside(box.list, place.uid + 1, last)
            for mail in mails:
                if place.knows(mail):
                    continue
                if not place.full:
                    taken = await self._intake.take(box, mail, sink)
                    place = place.past(mail) if taken else place.owing(mail.uid)
                    await insist(sink.keep_place, place.written)
            if not place.full:
                place = place.beyond(last)
                await insist(sink.keep_place, place.written)
            width = WINDOW if mails else min(2 * width, WIDEST)
        return place
