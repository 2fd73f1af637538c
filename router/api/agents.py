"""Agents: profile, state, what they hold."""

from __future__ import annotations

from aiohttp import web

from router.api import codec
from router.api.auth import Caller, chosen, ident
from router.api.bodies import Agents, StateChange
from router.api.world import World
from router.model.agent import AgentProfile

_PROFILE: codec.Body[AgentProfile] = codec.Body(AgentProfile)
_STATE: codec.Body[StateChange] = codec.Body(StateChange)


async def put(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Create an agent or change the profile."""
    agent = chosen(request)
    caller.must_be(agent)
    profile = await _PROFILE.of(request, world.settings.server)
    return codec.reply(await world.staff.put_agent(agent, profile))


async def state(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Set an agent available, away or offline."""
    agent = ident(request)
    caller.must_be(agent)
    body = await _STATE.of(request, world.settings.server)
    return codec.reply(await world.staff.state(agent, body.state, body.reason))


async def one(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Give one agent."""
    agent = ident(request)
    caller.must_be(agent)
    return codec.reply(await world.staff.agent(agent))


async def every(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give every agent."""
    return codec.reply(Agents(list(await world.staff.agents())))
