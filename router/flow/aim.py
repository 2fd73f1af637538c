"""Aims at the customer: an event that names nobody but a message of ours is about whoever we sent it to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from router.errors import RouterError
from router.model import ids
from router.model.event import Event, fit_id
from router.model.handle import Handle, Party
from router.store.threads import Meet, Threads


class Aim:
    """Who received which message of ours, by the ids that providers gave these."""

    def __init__(self, threads: Threads, hash_key: bytes) -> None:
        self._threads, self._hash_key = threads, hash_key

    async def note(self, source: str, natives: Sequence[str], customer: Handle) -> None:
        """Note who was sent the messages that a source calls by these ids; kept 60 days."""
        meets = [Meet(self._hid(source, native), customer.type, customer.value) for native in natives]
        for outcome in await self._threads.meet(meets):
            if isinstance(outcome, RouterError):
                raise outcome

    async def named(self, entries: Sequence[Event | RouterError]) -> Sequence[Event | RouterError]:
        """Give the events, those that name only a message of ours with its receiver as their customer."""
        if not any(map(_names_a_message_only, entries)):
            return entries
        return await asyncio.gather(*map(self._named, entries))

    async def _named(self, entry: Event | RouterError) -> Event | RouterError:
        if not isinstance(entry, Event) or not _names_a_message_only(entry):
            return entry
        found = await self._threads.customer(self._hid(entry.source, fit_id(entry.target or "")))
        return replace(entry, customer=Party(found.type, found.value)) if found else entry

    def _hid(self, source: str, native: str) -> str:
        return ids.handle_id(self._hash_key, ids.message(source, native))


def _names_a_message_only(entry: Event | RouterError) -> bool:
    return isinstance(entry, Event) and entry.customer is None and entry.target is not None
