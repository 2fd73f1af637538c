"""The lobby of web chat: by which account, from which page, and as whom a visitor comes in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from router.errors import Forbidden, NoSecret, NotFound, TooMany, Unverified
from router.flow.chat_door import ChatDoor
from router.model.chat import Pass, Visitor
from router.policy.handles import normalise
from router.policy.pace import Pace, Paces
from router.ports import Account

PROVIDER = ("chat", "web")

NEW_PER_S, NEW_BURST = 1, 30
ALL_PER_S, ALL_BURST = 50, 300
"""Anonymous visitors that may come anew from one address, and from all. Many may share an address: a proxy's,
an office's. Who comes back with a token of ours is not counted."""

_ADDRESSES = 10_000


class Lobby:
    """Knows the accounts of web chat. ``now`` gives unix seconds."""

    def __init__(
        self, door: ChatDoor, accounts: Sequence[Account], workspace: str, now: Callable[[], float]
    ) -> None:
        self._door, self._workspace, self._now = door, workspace, now
        self._accounts = {one.name: one for one in accounts if (one.channel, one.provider) == PROVIDER}
        self._each = Paces(NEW_PER_S, NEW_BURST, _ADDRESSES)
        self._all = Pace(ALL_PER_S, ALL_BURST)

    def accounts(self) -> Sequence[tuple[str, bool]]:
        """Give the accounts that a visitor can use: each name, and whether anyone may come in."""
        return [(name, self._door.open(one)) for name, one in self._accounts.items() if one.secret]

    def account(self, name: str | None, /) -> Account:
        """Give an account; without a name the only one. NotFound, NoSecret."""
        if name is None and len(self._accounts) == 1:
            (name,) = self._accounts
        account = self._accounts.get(name or "")
        if account is None:
            which = "which of the web chat accounts? name it as `account`" if name is None else None
            raise NotFound(which or "there is no such web chat account")
        if not account.secret:
            raise NoSecret("the web chat account has no secret to sign its tokens with")
        return account

    def origins(self, account: Account, /) -> Sequence[str]:
        """Give the sites that may show the chat."""
        return self._door.origins(account)

    def admit(self, origin: str | None, account: Account, /, *ours: str) -> None:
        """Refuse pages that may not use the account: Forbidden. ``ours``: the hosts of our own pages."""
        if not self._door.admits(origin, account, *ours):
            raise Forbidden(
                f"pages of this origin may not use the account; list it in its `origins`: {origin}"
            )

    def visitor(self, account: Account, token: str, before: Visitor | None, /) -> Visitor:
        """Give whom a token lets in, who must be the one who was in ``before``. Unverified."""
        who = self._known(self._door.visitor(token, account, self._now()), account)
        if before is not None and who.id != before.id:
            raise Unverified("the token is another visitor's: open another connection")
        return who

    def give(self, account: Account, token: str | None, name: str | None, remote: str, /) -> Pass:
        """Give an anonymous visitor a token: the one of an earlier token, or a new one.

        Forbidden where the account takes only whom the company's site signs for; Unverified; TooMany.
        ``remote``: the address the call comes from.
        """
        if not self._door.open(account):
            raise Forbidden("this account wants a token of the company's site; `anyone = true` lets all in")
        now = self._now()
        if token is not None:
            who = self._known(self._door.renewing(token, account, now), account)
        elif self._all.allows(now) and self._each.allows(remote, now):
            who = Visitor(
                id=f"anon-{secrets.token_hex(16)}",
                workspace=self._workspace,
                until=now,
                name=(name or "").strip() or None,
                anonymous=True,
            )
        else:
            raise TooMany("too many new visitors at once; try again in a moment")
        return self._door.issue(who, account, now)

    def _known(self, who: Visitor, account: Account) -> Visitor:
        if who.workspace != self._workspace:
            raise Unverified("the token is for another workspace")
        if normalise(self._door.party(who, account)) is None:
            raise Unverified("the visitor's id is one that stands for nobody")
        return who
