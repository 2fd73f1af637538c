"""Who calls: API keys as Bearer, one-time tickets for streams, and what each role may do."""

from __future__ import annotations

import re
import secrets
from time import monotonic

from aiohttp import web
from msgspec import Struct

from router.api.world import Keys
from router.errors import Forbidden, Invalid, NotFound, Unauthenticated
from router.model.apikey import Role

_KEPT_S = 2.0
"""How long a key is believed without asking the store again: so long a revoked key may still work."""

_KEPT_MOST = 4096
"""Keys remembered at most, wrong ones included; then all are forgotten."""

_SECRET_MAX = 256
TICKET_S = 30.0
"""How long a ticket is good."""

_TICKETS_MOST = 10_000
_ID = re.compile(r"[A-Za-z0-9._:@+/=-]{1,128}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9._:@+/=-]{1,64}", re.ASCII)


class Caller(Struct, frozen=True, kw_only=True):
    """Who calls, as far as their API key says. ``role`` None: nobody was asked."""

    id: str = ""
    role: Role | None = None
    name: str = ""
    agent: str | None = None
    sources: frozenset[str] | None = None

    @property
    def who(self) -> str:
        """The name that stands in records: the agent, else the key's name."""
        return self.agent or self.name or self.id

    def acts_for(self, agent: str | None) -> str | None:
        """Give the agent a call is made for: an agent key's own, else the one named.

        None: an API key that is no agent's names nobody, and acts for whoever holds the offer.
        """
        named = agent or (self.agent if self.role == "agent" else None)
        if self.role == "agent":
            self.must_be(named or "")
        return named

    def sits_for(self, agent: str | None) -> str:
        """Give the agent whose desk this is; Invalid where neither the key nor the call names one."""
        named = self.acts_for(agent)
        if named is None:
            raise Invalid("this API key is no agent's: name the `agent`", field="/agent")
        return named

    def may(self, roles: frozenset[Role]) -> Caller:
        """Give the caller if one of these roles is theirs; an admin may all. Forbidden."""
        if self.role != "admin" and self.role not in roles:
            raise Forbidden(f"this call is for the roles {', '.join(sorted(roles))}")
        return self

    def must_be(self, agent: str) -> None:
        """Refuse an agent key that speaks for somebody else."""
        if self.role == "agent" and agent != self.agent:
            raise Forbidden("this API key speaks for another agent")


NOBODY = Caller()
_NEVER: tuple[float, Caller | None] = (0.0, None)


class Gate:
    """Lets calls in: the keys of a moment ago are remembered, the tickets are kept here."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._known: dict[str, tuple[float, Caller | None]] = {}
        self._tickets: dict[str, tuple[float, Caller]] = {}

    def known(self, request: web.Request) -> Caller | None:
        """Give the caller whose key was seen a moment ago; this is the way of nearly every call."""
        until, caller = self._known.get(request.headers.get("Authorization", ""), _NEVER)
        return caller if until > monotonic() else None

    async def meet(self, request: web.Request, *, tickets: bool) -> Caller:
        """Give the caller by key or, with ``tickets``, by ticket; Unauthenticated when it has neither."""
        header = request.headers.get("Authorization")
        caller = await self._bearer(header) if header else self._ticket(request) if tickets else None
        if caller is None:
            raise Unauthenticated
        return caller

    def forget(self) -> None:
        """Ask the store anew for every key."""
        self._known.clear()

    def issue(self, caller: Caller) -> str:
        """Make a ticket for the caller: good once, for TICKET_S seconds, in this process."""
        now = monotonic()
        while self._tickets:
            oldest = next(iter(self._tickets))
            if self._tickets[oldest][0] > now and len(self._tickets) < _TICKETS_MOST:
                break
            del self._tickets[oldest]
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = (now + TICKET_S, caller)
        return ticket

    def _ticket(self, request: web.Request) -> Caller | None:
        until, caller = self._tickets.pop(request.query.get("ticket", ""), _NEVER)
        return caller if until > monotonic() else None

    async def _bearer(self, header: str) -> Caller | None:
        now = monotonic()
        until, caller = self._known.get(header, _NEVER)
        if until > now:
            return caller
        if len(self._known) >= _KEPT_MOST:
            self._known.clear()
        if caller is not None:  # one call asks anew, those beside it go on with what we knew
            self._known[header] = (now + _KEPT_S, caller)
        caller = await self._find(header)
        self._known[header] = (now + _KEPT_S, caller)
        return caller

    async def _find(self, header: str) -> Caller | None:
        scheme, _, secret = header.partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret.isascii() or not 0 < len(secret) <= _SECRET_MAX:
            return None
        key = await self._keys.find(secret)
        if key is None:
            return None
        sources = None if key.sources is None else frozenset(key.sources)
        return Caller(id=key.id, role=key.role, name=key.name, agent=key.agent, sources=sources)


GATE = web.AppKey("gate", Gate)


# -- names in paths -----------------------------------------------------------------------------------


def ident(request: web.Request, name: str = "id") -> str:
    """Give an id from the path; NotFound when nothing can have that id."""
    found = request.match_info[name]
    if not _ID.fullmatch(found):
        raise NotFound("nothing can have this id")
    return found


def chosen(request: web.Request) -> str:
    """Give the id that a caller chose for a new thing; Invalid when it does not fit the pattern."""
    found = request.match_info["id"]
    if not _WORD.fullmatch(found):
        raise Invalid("an id has 1 to 64 of the characters A-Z a-z 0-9 . _ : @ + / = -", field="/id")
    return found
