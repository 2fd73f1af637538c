"""GET and POST /v1/hooks/{channel}/{provider}/{account}: where providers call.

The provider's signature is the key. Whatever a body does to an adapter, the answer is never our 500.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TypeVar

import structlog
from aiohttp import web
from msgspec.structs import replace

from router.api import codec, problems
from router.api.auth import Caller
from router.api.world import World
from router.errors import Busy, Malformed, NoSecret, NotFound, RouterError, Unverified
from router.model.event import Event
from router.ports import Account, Channel, Confirms, Needs, Reply, Request, Result, Stops

T = TypeVar("T")

ACCOUNTS = web.AppKey("accounts", Mapping[tuple[str, str, str], Account])
"""The channel accounts by channel, provider and name."""

_ASIDE_BYTES = 65_536
"""From here on a body is parsed in a thread: a mail of megabytes must not stop the others."""

_UNREADABLE = frozenset({400, 413, 415, 422})
"""The statuses of what is wrong with a body: the next one of its kind will be refused for the same reason."""

_log = structlog.get_logger()


async def take(world: World, _: Caller, request: web.Request) -> web.Response:
    """Take a provider's call: check it, read it, record it, answer as the provider expects."""
    account, adapter = located(world, request)
    received = await _documented(world, adapter, await _received(world, account, request), account)
    now = time.time()
    if (refusal := checked(adapter, received, account, now)) is not None:
        return problems.response(refusal, adapter.unverified_status)
    try:
        events = await parsed(adapter, received, account, now)
    except RouterError as problem:
        return await _set_aside(world, adapter, account, received, problem)
    if events:
        raw = await world.raws.keep(received.body)
        results = await record(world, account, events, raw)
        await world.dead_letters.review(account, received.body, events, results, request=received)
    if isinstance(adapter, Confirms) and signs(account):
        _confirm(world, adapter, received, account)
    return _written(guarded(lambda: adapter.answer(received, account, events), account))


def located(world: World, request: web.Request) -> tuple[Account, Channel]:
    """Find the account a hook's address names, and its adapter; NotFound, or NoSecret."""
    path = request.match_info
    name = (path["channel"], path["provider"], path["account"])
    adapter = world.channels.get(name[:2])
    account = request.app[ACCOUNTS].get(name)
    if adapter is None or account is None:
        raise NotFound("there is no such channel account")
    if account.secret is None and signs(account) and not isinstance(adapter, Needs):
        raise NoSecret
    return account, adapter


def signs(account: Account) -> bool:
    """Tell whether the calls of an account have to be proven."""
    return account.secret is not None or not account.unsigned


def checked(adapter: Channel, request: Request, account: Account, now: float) -> Unverified | None:
    """Verify, and give the refusal if it fails: whatever a verifier raises, the call is not proven."""
    if not signs(account):
        return None
    try:
        adapter.verify(request, account, now)
    except Unverified as refusal:
        return refusal
    except Exception as error:  # noqa: BLE001 - verifiers raise all sorts of things on hostile headers
        return Unverified(f"the signature cannot be checked: {type(error).__name__}")
    return None


async def parsed(adapter: Channel, request: Request, account: Account, now: float) -> Sequence[Event]:
    """Read a call into events; a long one in a thread."""

    def parse() -> Sequence[Event]:
        return guarded(lambda: adapter.parse(request, account, now), account)

    return await asyncio.to_thread(parse) if len(request.body) > _ASIDE_BYTES else parse()


def guarded(step: Callable[[], T], account: Account) -> T:
    """Run a step of an adapter; what it raises on a body it did not expect is Malformed."""
    try:
        return step()
    except RouterError:
        raise
    except Exception as error:
        _log.warning("hook_unreadable", source=account.source, error=type(error).__name__, at=_place(error))
        raise Malformed(f"the {account.provider} adapter cannot read this") from error


async def record(
    world: World, account: Account, events: Sequence[Event], raw: str
) -> Sequence[Result | RouterError]:
    """Record the events of an account; raise what can be kept later, so that the provider comes again."""
    results = await world.ingest.record(events, account=account, strict=False, raw=raw)
    for result in results:
        if isinstance(result, Busy):
            raise result
    return results


async def _set_aside(
    world: World, adapter: Channel, account: Account, received: Request, problem: RouterError
) -> web.Response:
    """Answer what cannot be read: once it is a dead letter, so that the provider does not send it again.

    What is let go is refused as it is, and may come again.
    """
    empty = not received.body and "?" not in received.url
    if problem.status not in _UNREADABLE or empty:
        raise problem
    kept = await world.dead_letters.keep(account, received.body, problem, request=received)
    if not (kept and isinstance(adapter, Stops)):
        raise problem
    said = adapter.unreadable
    if said.status < HTTPStatus.BAD_REQUEST:
        return _written(said)
    answer = problems.response(problem, said.status)
    answer.headers.update(said.headers)
    return answer


async def _documented(world: World, adapter: Channel, request: Request, account: Account) -> Request:
    """Add what the provider publishes to check this call by; Busy where it is needed and cannot be had.

    The provider then comes again: that we cannot check is no fault of the call.
    """
    if not isinstance(adapter, Needs) or not signs(account):
        return request
    url = guarded(lambda: adapter.needs(request, account), account)
    if url is None:
        return request
    document = await world.documents.read(url)
    if document is None:
        raise Busy("what the provider publishes to prove its calls cannot be read now; send it again")
    return replace(request, document=document)


def _confirm(world: World, adapter: Confirms, request: Request, account: Account) -> None:
    """Visit the address that a proven call of ours asks to be visited, if it does."""
    url = guarded(lambda: adapter.confirmation(request, account), account)
    if url is not None:
        world.confirmations.visit(url, account)


async def _received(world: World, account: Account, request: web.Request) -> Request:
    """Read the call as the provider made it: address, query and body byte-exact."""
    server = world.settings.server
    multipart = request.headers.get("Content-Type", "").lower().startswith("multipart/")
    # A mail comes with its attachments, in whatever form its provider writes it.
    large = multipart or account.channel == "email"
    limit = server.multipart_max_bytes if large else server.body_max_bytes
    body = await codec.raw(request, limit, server.body_deadline_s)
    # Without a setting, as it was called: right for all who call us without a proxy that changes the address.
    direct = f"{request.scheme}://{request.host}"
    public = (account.setting("public_url") or server.public_url or direct).rstrip("/")
    called = request.raw_path if request.raw_path.startswith("/") else request.path_qs
    path, mark, query = called.partition("?")
    # The setting may name the whole address as it stands at the provider, or only what is before ours.
    address = public if public.endswith(path) else public + path
    headers = {name.lower(): value for name, value in request.headers.items()}
    method = "GET" if request.method == "HEAD" else request.method  # HEAD asks what GET would say
    return Request(method, address + mark + query, headers, body)


def _written(reply: Reply) -> web.Response:
    headers = {"X-Content-Type-Options": "nosniff", **reply.headers}
    return web.Response(status=reply.status, headers=headers, body=reply.body)


def _place(error: Exception) -> str:
    """Say where an error came from, without the values that were there."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
