"""What the calls of web chat take and give."""

from __future__ import annotations

from msgspec import Struct

from router.api.bodies import Strict
from router.model.chat import Token
from router.model.event import Short, Word


class NewPass(Strict, frozen=True, kw_only=True):
    """A visitor who wants a token; an earlier one of ours keeps them who they were."""

    token: Token | None = None
    name: Short | None = None


class ChatQuery(Strict, frozen=True):
    """Which web chat account a visitor uses; where there is only one it needs no name."""

    account: Word | None = None


class ChatAccount(Struct, frozen=True):
    """A web chat account; ``anyone`` may come in, else whom the company's site signs a token for."""

    name: str
    anyone: bool


class ChatAccounts(Struct, frozen=True):
    """The web chat accounts."""

    accounts: list[ChatAccount]
