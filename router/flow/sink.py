"""Where listeners put what they heard: the same door as HTTP, behind the account."""

from __future__ import annotations

from collections.abc import Sequence

from router.errors import Busy, RouterError
from router.flow.dead_letters import DeadLetters
from router.flow.ingest import Ingest
from router.model.event import Event
from router.ports import Account, Result
from router.store.places import Places
from router.store.raws import Raws


class AccountSink:
    """Records the events of one account; raises Busy when they cannot be kept now.

    What is refused for good, or could not be read, becomes a dead letter.
    """

    def __init__(
        self, ingest: Ingest, raws: Raws, letters: DeadLetters, places: Places, account: Account
    ) -> None:
        self._ingest, self._raws, self._letters = ingest, raws, letters
        self._places, self._account = places, account

    async def post(self, events: Sequence[Event], raw: bytes) -> Sequence[Result]:
        """Record the events in order, return when they are durable. ``raw``: what they were read from."""
        name = await self._raws.keep(raw)
        found = await self._ingest.record(events, account=self._account, strict=False, raw=name)
        for problem in found:
            if isinstance(problem, Busy):
                raise problem
        await self._letters.review(self._account, raw, events, found)
        return [one for one in found if not isinstance(one, RouterError)]

    async def place(self) -> str | None:
        """Give where the account's listener was last."""
        return await self._places.get(self._account.source)

    async def keep_place(self, place: str) -> None:
        """Keep where the account's listener is."""
        await self._places.put(self._account.source, place)
