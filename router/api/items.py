"""Items: look at them, wrap up, hand on, cancel."""

from __future__ import annotations

from aiohttp import web

from router.api import codec
from router.api.auth import Caller, ident
from router.api.bodies import Decisions, Held, ItemsQuery, Transfer, WrapUp
from router.api.world import World
from router.errors import Invalid
from router.model.event import fit_id

_WRAP_UP: codec.Body[WrapUp] = codec.Body(WrapUp)
_TRANSFER: codec.Body[Transfer] = codec.Body(Transfer)
_HELD: codec.Body[Held] = codec.Body(Held)


async def one(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give one item."""
    return codec.reply(await world.serve.item(ident(request)))


async def page(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give a page of items."""
    asked = codec.query(request, ItemsQuery)
    found = await world.serve.items(asked.queue, asked.state, asked.channel, asked.cursor, asked.limit)
    return codec.reply(found)


async def decisions(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give why an item went, or did not go, to whom."""
    return codec.reply(Decisions(list(await world.serve.decisions(ident(request)))))


async def complete(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Wrap an item up."""
    body = await _WRAP_UP.of(request, world.settings.server)
    return codec.reply(
        await world.serve.complete(
            ident(request), offer=body.offer, agent=caller.acts_for(body.agent),
            op=operation(request, body.offer, "complete"),
            outcome=body.outcome, issue=body.issue, topic=body.topic, note=body.note,
        )
    )  # fmt: skip


async def transfer(world: World, caller: Caller, request: web.Request) -> web.Response:
    """Hand an item on to a queue or to an agent."""
    body = await _TRANSFER.of(request, world.settings.server)
    agent, to_agent = parties(body, caller)
    return codec.reply(
        await world.serve.transfer(
            ident(request), offer=body.offer, agent=agent, op=operation(request, body.offer, "transfer"),
            queue=body.queue, to_agent=to_agent, wait=body.wait,
        )
    )  # fmt: skip


async def cancel(world: World, caller: Caller, request: web.Request) -> web.Response:
    """End an item without an outcome."""
    body = await _HELD.of(request, world.settings.server)
    agent, op = caller.acts_for(body.agent), operation(request, body.offer, "cancel")
    return codec.reply(await world.serve.cancel(ident(request), offer=body.offer, agent=agent, op=op))


def operation(request: web.Request, offer: str, action: str) -> str:
    """Name the operation, so that repeating it changes nothing: Idempotency-Key, else offer + action."""
    given = request.headers.get("Idempotency-Key")
    return fit_id(given) if given else f"{offer}:{action}"


def parties(body: Transfer, caller: Caller) -> tuple[str | None, str | None]:
    """Give who hands on and to which agent; an ``agent`` beside a ``queue`` is who hands on."""
    if body.queue is not None:
        return caller.acts_for(body.by or body.agent), None
    if body.agent is None:
        raise Invalid("name the `queue` or the `agent` it goes to", field="")
    return caller.acts_for(body.by), body.agent
