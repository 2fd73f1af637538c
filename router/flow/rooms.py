"""The rooms of web chat: the open tabs of each visitor in this process, and what is said in them.

The log of ``store.chat`` is the truth. Each tab has a cursor in it and reads on from there; a push only wakes
the tabs. So what they get is in order and without a gap, whoever appended it, and wherever it was appended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from router.errors import Busy, RouterError
from router.flow.background import Background
from router.flow.chat_door import ChatDoor
from router.flow.ingest import Ingest
from router.model import ids
from router.model.chat import Ack, Msg, Progress, Said, Speech, Visitor
from router.model.event import Event
from router.policy.handles import normalise
from router.ports import Account, Result
from router.store.chat import Chats

POLL_S = 2.0
"""How soon a tab sees what another process appended, of which nothing wakes it here."""

TABS = 16
SEATS = 2000
"""Open tabs of one visitor, and of all in this process."""


class Seat:
    """One open tab: whose, and the last seq it has. ``news`` is set when there may be more."""

    def __init__(self, account: Account, who: Visitor, hid: str) -> None:
        self.account, self.who, self.hid = account, who, hid
        self.cursor = 0
        self.news = asyncio.Event()


class Rooms:
    """Who is here, what they say, and what they get to hear."""

    def __init__(
        self, door: ChatDoor, chats: Chats, ingest: Ingest, background: Background, hash_key: bytes
    ) -> None:
        self._door, self._chats, self._ingest, self._hash_key = door, chats, ingest, hash_key
        self._background = background
        self._seats: dict[str, set[Seat]] = {}
        self._taken = 0

    @contextmanager
    def seat(self, account: Account, who: Visitor, /) -> Iterator[Seat]:
        """Give a visitor a seat while their tab is open. Busy when there is none."""
        handle = normalise(self._door.party(who, account))
        if handle is None:
            raise RouterError(f"a visitor of {account.source} without a handle came in")
        seat = Seat(account, who, ids.handle_id(self._hash_key, handle))
        if self._taken >= SEATS or len(self._seats.get(seat.hid, ())) >= TABS:
            raise Busy("too many chats are open; try again later")
        self._seats.setdefault(seat.hid, set()).add(seat)
        self._taken += 1
        try:
            yield seat
        finally:
            self._taken -= 1
            self._seats[seat.hid].discard(seat)
            if not self._seats[seat.hid]:
                del self._seats[seat.hid]

    async def resume(self, seat: Seat, after: int, /) -> Progress:
        """Let a tab go on from the seq it has; one that the log never gave begins at the beginning."""
        progress = await self.progress(seat)
        if 0 < after <= progress.last:
            seat.cursor = after
            self.shown(seat, after)
        return progress

    async def progress(self, seat: Seat, /) -> Progress:
        """Give how far the chat is."""
        return await self._chats.progress(seat.hid)

    async def news(self, seat: Seat, /) -> AsyncIterator[Sequence[Said]]:
        """Give what is said, as it is said. While the store is away nothing is."""
        while True:
            seat.news.clear()
            try:
                said = await self._chats.read(seat.hid, seat.cursor)
            except Busy:
                said = []
            if said:
                seat.cursor = said[-1].seq
                yield said
                continue
            try:
                async with asyncio.timeout(POLL_S):
                    await seat.news.wait()
            except TimeoutError:
                continue

    async def say(self, seat: Seat, frame: Msg, /) -> Ack:
        """Keep what a visitor says: on the timeline first, then in the log. Invalid, Busy.

        Who dies between leaves a message that the client says again; each step does nothing twice.
        """
        (kept,) = await self._record([self._door.said(frame, seat.who, seat.account)], seat.account)
        name = kept.event or frame.cid
        appended = await self._chats.append(seat.hid, Speech(name, "customer", frame.text, frame.cid))
        self.wake(seat.hid)
        return Ack(frame.cid, name, appended.seq)

    async def typing(self, seat: Seat, /) -> None:
        """Tell that a visitor writes."""
        await self._record([self._door.typing(seat.who, seat.account)], seat.account)

    def shown(self, seat: Seat, upto: int, /) -> None:
        """Tell the timeline, by and by, that what we said up to a seq reached a tab, were it gone by then.

        What fails is told when the visitor comes back and says what they have.
        """
        self._background.spawn(self._receipts(seat, "delivered", upto))

    async def read(self, seat: Seat, upto: int, /) -> None:
        """Tell the timeline that what we said was read up to a seq. Busy."""
        await self._receipts(seat, "read", upto)

    def wake(self, hid: str) -> None:
        """Let the tabs of a visitor look for more."""
        for seat in self._seats.get(hid, ()):
            seat.news.set()

    async def _receipts(self, seat: Seat, what: Literal["delivered", "read"], upto: int) -> None:
        """Tell it of each message of ours beyond the last that it was told of."""
        progress = await self.progress(seat)
        had, upto = getattr(progress, what), min(upto, progress.last)
        while had < upto and (said := await self._chats.read(seat.hid, had, upto)):
            ours = [one.speech.id for one in said if one.speech.author != "customer"]
            receipts = [self._door.receipt(name, what, seat.who, seat.account) for name in ours]
            await self._record(receipts, seat.account)
            had = said[-1].seq
            await self._chats.note(seat.hid, what, had)

    async def _record(self, events: Sequence[Event], account: Account) -> list[Result]:
        """Record events of an account; raises what the first is refused with."""
        results: list[Result] = []
        for one in await self._ingest.record(events, account=account, strict=False):
            if isinstance(one, RouterError):
                raise one
            results.append(one)
        return results
