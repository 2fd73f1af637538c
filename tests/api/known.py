"""Parts of a house that only note what they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from router.errors import RouterError
from router.model.event import Event
from router.ports import Account, Request, Result


class Known:
    """Notes what contexts, links and reports are asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        """Give a call that notes itself and answers with its own name."""

        async def note(*args: Any, **named: Any) -> Noted:
            self.calls.append((name, args, named))
            return Noted(name)

        return note


class Aside(Known):
    """Notes what is set aside; ``full``: it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[Account, bytes, RouterError, Request | None]] = []
        self.reviewed: list[tuple[Sequence[Event], Sequence[Result | RouterError]]] = []
        self.full = False

    async def keep(
        self, account: Account, body: bytes, problem: RouterError, /, *, request: Request | None = None
    ) -> bool:
        """Note what came, unless there is too much."""
        if not self.full:
            self.kept.append((account, body, problem, request))
        return not self.full

    async def review(
        self,
        account: Account,
        body: bytes,
        events: Sequence[Event],
        results: Sequence[Result | RouterError],
        /,
        *,
        request: Request | None = None,
    ) -> None:
        """Note what was recorded."""
        del account, body, request
        self.reviewed.append((events, results))


class Noted(Struct):
    """An answer that only says what was asked."""

    call: str
