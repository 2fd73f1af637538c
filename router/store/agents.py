"""Agents and their offers in the routing slot."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from router.errors import NotFound
from router.model.agent import AgentProfile
from router.store import keys
from router.store.items import Held, fields
from router.store.library import Library
from router.store.link import Link


class AgentPut(Struct, frozen=True, kw_only=True, rename={"definition": "def"}):
    """A profile and what follows from it: the crew, its lanes, weights (ppm) and limits by channel."""

    agent: str
    profile: str
    crew: str
    definition: str
    lanes: Mapping[str, str]
    channels: str
    weights: Mapping[str, int]
    limits: Mapping[str, int]
    reg: int


class Presence(Struct, frozen=True):
    """An agent's state and since when (server ms)."""

    state: str
    since_ms: int


class AgentRecord(Struct, frozen=True, kw_only=True):
    """An agent as stored. ``holds`` maps an item to its weight in ppm."""

    id: str
    profile: AgentProfile
    state: str
    reason: str
    since_ms: int
    load_ppm: int
    holds: Mapping[str, int]


class OfferRecord(Struct, frozen=True, kw_only=True):
    """An offer as stored."""

    id: str
    item: str
    agent: str
    state: str
    expires: int


class _State(Struct):
    agent: str
    state: str
    reason: str | None


class _Touch(Struct):
    agent: str
    lease_ms: int
    open: bool


class _Grace(Struct):
    agent: str
    grace_ms: int


class _Agent(Struct):
    agent: str


class _Accept(Struct):
    offer: str
    agent: str


class _Decline(Struct):
    offer: str
    agent: str
    memory_ms: int


class _Expire(Struct):
    offer: str
    memory_ms: int
    misses_to_away: int


class _Reg(Struct):
    reg: int


_PROFILE = msgspec.json.Decoder(AgentProfile)


class Agents:
    """The agents of one workspace."""

    def __init__(self, link: Link, library: Library, p: str) -> None:
        self._link, self._library, self._p = link, library, p
        self._anchor = keys.slot(p)

    async def put(self, put: AgentPut) -> int:
        """Create or change an agent; give the registry's revision. Stale when it moved on."""
        return (await self._library.call("agent_put", self._anchor, put, reply=_Reg)).reg

    async def state(self, agent: str, state: str, reason: str | None) -> Presence:
        """Set available, away or offline; NotFound."""
        request = _State(agent, state, reason)
        return await self._library.call("agent_state", self._anchor, request, reply=Presence)

    async def touch(self, agent: str, lease_ms: int, *, opened: bool) -> Presence:
        """Extend the presence lease; ``opened`` begins one. NotFound."""
        request = _Touch(agent, lease_ms, opened)
        return await self._library.call("agent_touch", self._anchor, request, reply=Presence)

    async def lapse(self, agent: str, grace_ms: int) -> Presence:
        """End a lease that ran out."""
        request = _Grace(agent, grace_ms)
        return await self._library.call("agent_lapse", self._anchor, request, reply=Presence)

    async def give_back(self, agent: str) -> Presence:
        """Return what an agent still holds whose grace period ran out."""
        return await self._library.call("agent_return", self._anchor, _Agent(agent), reply=Presence)

    async def accept(self, offer: str, agent: str) -> Held:
        """Take the offered item; OfferTaken, OfferExpired, OfferRescinded, NotFound."""
        return await self._library.call("offer_accept", self._anchor, _Accept(offer, agent), reply=Held)

    async def decline(self, offer: str, agent: str, memory_ms: int) -> Held:
        """Turn an offer down; it does not come back to the agent for ``memory_ms``."""
        request = _Decline(offer, agent, memory_ms)
        return await self._library.call("offer_decline", self._anchor, request, reply=Held)

    async def expire(self, offer: str, memory_ms: int, misses_to_away: int) -> Held:
        """End an offer whose time is up."""
        request = _Expire(offer, memory_ms, misses_to_away)
        return await self._library.call("offer_expire", self._anchor, request, reply=Held)

    async def names(self) -> list[str]:
        """Name all agents."""
        key = keys.agents(self._p)
        return sorted(name.decode() for name in await self._link.call("HKEYS", key, key=key))

    async def read(self, names: list[str]) -> list[AgentRecord]:
        """Read agents; one that is not there is left out."""
        if not names:
            return []
        calls: list[tuple[str | bytes | int, ...]] = [("HMGET", keys.agents(self._p), *names)]
        for name in names:
            calls += [("HGETALL", keys.agent(self._p, name)), ("HGETALL", keys.agent_holds(self._p, name))]
        profiles, *rest = await self._link.many(calls, key=self._anchor)
        found = zip(names, profiles, rest[::2], rest[1::2], strict=True)
        return [
            _record(name, profile, fields(state), fields(holds))
            for name, profile, state, holds in found
            if profile is not None
        ]

    async def one(self, name: str) -> AgentRecord:
        """Read one agent; NotFound."""
        found = await self.read([name])
        if not found:
            raise NotFound(f"there is no agent {name}: create it with PUT /v1/agents/{name}")
        return found[0]

    async def offer(self, offer: str) -> OfferRecord:
        """Read one offer; NotFound."""
        key = keys.offer(self._p, offer)
        found = fields(await self._link.call("HGETALL", key, key=key))
        if not found:
            raise NotFound(f"there is no offer {offer}")
        return msgspec.convert({"id": offer, **found}, OfferRecord, strict=False)


def _record(name: str, profile: bytes, state: dict[str, str], holds: dict[str, str]) -> AgentRecord:
    return AgentRecord(
        id=name,
        profile=_PROFILE.decode(profile),
        state=state["state"],
        reason=state["reason"],
        since_ms=int(state["since"]),
        load_ppm=int(state["load"]),
        holds={item: int(weight) for item, weight in holds.items()},
    )
