"""What the API needs of web chat: where visitors come in, and where they talk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from router.flow.rooms import Seat
from router.model.chat import Ack, Msg, Pass, Progress, Said, Visitor
from router.ports import Account


class Lobby(Protocol):
    """Where visitors of web chat come in."""

    def accounts(self) -> Sequence[tuple[str, bool]]:
        """Give the accounts to chat with, and whether anyone may."""

    def account(self, name: str | None, /) -> Account:
        """Give an account; without a name the only one."""

    def origins(self, account: Account, /) -> Sequence[str]:
        """Give the sites that may show the chat."""

    def admit(self, origin: str | None, account: Account, /, *ours: str) -> None:
        """Refuse pages that may not use the account."""

    def visitor(self, account: Account, token: str, before: Visitor | None, /) -> Visitor:
        """Give whom a token lets in, who must be the one who was in ``before``."""

    def give(self, account: Account, token: str | None, name: str | None, remote: str, /) -> Pass:
        """Give an anonymous visitor a token: the one of an earlier token, or a new one."""


class Rooms(Protocol):
    """Web chat: the open tabs of its visitors, and what is said."""

    def seat(self, account: Account, who: Visitor, /) -> AbstractContextManager[Seat]:
        """Give a visitor a seat while their tab is open."""

    async def resume(self, seat: Seat, after: int, /) -> Progress:
        """Let a tab go on from the seq it has."""

    async def progress(self, seat: Seat, /) -> Progress:
        """Give how far the chat is."""

    def news(self, seat: Seat, /) -> AsyncIterator[Sequence[Said]]:
        """Give what is said, as it is said."""

    async def say(self, seat: Seat, frame: Msg, /) -> Ack:
        """Keep what a visitor says."""

    async def typing(self, seat: Seat, /) -> None:
        """Tell that a visitor writes."""

    def shown(self, seat: Seat, upto: int, /) -> None:
        """Tell the timeline, by and by, that what we said up to a seq reached a tab."""

    async def read(self, seat: Seat, upto: int, /) -> None:
        """Tell the timeline that what we said was read up to a seq."""
