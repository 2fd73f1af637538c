"""What the API needs from the house to take events in, from adapters and providers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from router.errors import RouterError
from router.model.event import Event
from router.ports import Account, Result


class Ingest(Protocol):
    """Takes events in."""

    async def record(
        self,
        entries: Sequence[Event | RouterError],
        /,
        *,
        account: Account | None = None,
        imported: bool = False,
        strict: bool = True,
        raw: str | None = None,
    ) -> Sequence[Result | RouterError]:
        """Record in order; one answer per entry, a refusal that goes in stays in its place.

        ``strict``: an id that was used with other content is refused. ``imported``: old history.
        ``raw``: the name of the raw body the events were read from.
        """


class Raws(Protocol):
    """Where the bodies that adapters read are kept a while."""

    async def keep(self, body: bytes, /) -> str:
        """Keep a body; give its name."""


class Documents(Protocol):
    """What providers publish to check their signatures by."""

    async def read(self, url: str, /) -> bytes | None:
        """Give a document; None where it cannot be had now."""


class Confirmations(Protocol):
    """Where providers want to be told that they may send to us."""

    def visit(self, url: str, account: Account, /) -> None:
        """Begin to visit an address, once."""
