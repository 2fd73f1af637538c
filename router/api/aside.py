"""What is set aside: what the calls on dead letters need from the house, and what they take and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from router.api.bodies import Cursor, Limit, Results, Strict
from router.errors import RouterError
from router.model.event import Event
from router.model.letter import DeadLetter, DeadLetterPage
from router.ports import Account, Request, Result


class DeadLetters(Protocol):
    """What could not be taken, set aside."""

    async def keep(
        self, account: Account, body: bytes, problem: RouterError, /, *, request: Request | None = None
    ) -> bool:
        """Set aside what came for an account; False where it is let go, because it is too much."""

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
        """Set a body aside of which an event was refused, or a part could not be read."""

    async def page(self, cursor: str | None, limit: int, /) -> DeadLetterPage:
        """Give letters, the newest first."""

    async def one(self, letter: str, /) -> DeadLetter:
        """Give a letter; NotFound."""

    async def body(self, letter: DeadLetter, /) -> bytes:
        """Give the body of a letter; NotFound where it is gone."""

    async def mend(self, letter: DeadLetter, /) -> bool:
        """Remove a letter that was read after all; False where it came once more meanwhile."""


class LettersQuery(Strict, frozen=True):
    """From where on, and how many."""

    cursor: Cursor | None = None
    limit: Limit = 50


class Retried(Results, frozen=True, kw_only=True):
    """What became of each event of a dead letter; ``mended``: all are kept, and the letter is gone."""

    mended: bool


class DeadLetterBody(Struct, frozen=True, kw_only=True):
    """A dead letter with its body, and beside it the call in the form of ``router channels parse``."""

    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    body_base64: str
    letter: DeadLetter
