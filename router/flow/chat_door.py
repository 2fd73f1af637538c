"""What the lobby and the rooms of web chat need of its adapter, which stands above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from router.model.chat import Msg, Pass, Visitor
from router.model.event import Event
from router.model.handle import Party
from router.ports import Account


class ChatDoor(Protocol):
    """The adapter of web chat, in which we are the provider: who comes in, and what their words become."""

    def admits(self, origin: str | None, account: Account, *ours: str) -> bool:
        """Tell whether pages of an origin may use the account; ``ours``: the hosts of our own pages."""

    def origins(self, account: Account) -> Sequence[str]:
        """Give the origins that may show the chat."""

    def open(self, account: Account) -> bool:
        """Tell whether anyone may come in, without a token of the company's site."""

    def visitor(self, token: str, account: Account, now: float) -> Visitor:
        """Give whom a token lets in; Unverified. ``now`` in unix seconds."""

    def renewing(self, token: str, account: Account, now: float) -> Visitor:
        """Give the anonymous visitor whom an earlier token stands for; Unverified."""

    def issue(self, who: Visitor, account: Account, now: float) -> Pass:
        """Give an anonymous visitor a token."""

    def party(self, who: Visitor, account: Account) -> Party:
        """Give the handle of a visitor."""

    def said(self, frame: Msg, who: Visitor, account: Account) -> Event:
        """Make the event of a message; Invalid."""

    def typing(self, who: Visitor, account: Account) -> Event:
        """Make the event of a visitor who writes."""

    def receipt(
        self, target: str, status: Literal["delivered", "read"], who: Visitor, account: Account
    ) -> Event:
        """Make the event that a message of ours reached the visitor, or was read."""
