"""Dead letters: see what could not be taken, and run it again once whatever was wrong is mended."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Sequence

from aiohttp import web
from msgspec.structs import replace

from router.api import codec, hooks
from router.api.aside import DeadLetterBody, LettersQuery, Retried
from router.api.auth import Caller, ident
from router.api.events import shown
from router.api.world import World
from router.errors import NotFound, RouterError
from router.model.event import Event, fit_id
from router.model.letter import DeadLetter
from router.ports import Account, Request, Result

_NO_ADDRESS = "https://localhost/"


async def page(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give a page of letters."""
    asked = codec.query(request, LettersQuery)
    return codec.reply(await world.dead_letters.page(asked.cursor, asked.limit))


async def one(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give a letter with its body, as ``router channels parse`` reads it."""
    letter = await world.dead_letters.one(ident(request))
    body = await world.dead_letters.body(letter)
    encoded = await asyncio.to_thread(lambda: b64encode(body).decode())
    call = _call(letter, body)
    return codec.reply(
        DeadLetterBody(
            name=letter.id,
            method=call.method,
            url=call.url,
            headers=call.headers,
            body_base64=encoded,
            letter=letter,
        )
    )


async def retry(world: World, _: Caller, request: web.Request) -> web.Response:
    """Read a letter again, record its events, and remove it where all of them are kept.

    Nothing is verified: it was before it became a letter. Doing it twice changes nothing.
    """
    letter = await world.dead_letters.one(ident(request))
    account = _account(world, request.app, letter)
    adapter = world.channels.get((letter.channel, letter.provider))
    if adapter is None:
        raise NotFound(f"no adapter reads {letter.channel} of {letter.provider}")
    received = _call(letter, await world.dead_letters.body(letter))
    came = letter.at.timestamp()
    found = await asyncio.to_thread(hooks.guarded, lambda: adapter.parse(received, account, came), account)
    # What does not say when it was, was when it first came, not now.
    events = [event if event.occurred_at else replace(event, occurred_at=letter.at) for event in found]
    results = await hooks.record(world, account, events, letter.raw)
    late = list(_said_late(letter, events, results))
    told = await hooks.record(world, account, late, letter.raw)
    whole = not any(isinstance(result, RouterError) for result in (*results, *told))
    whole = whole and not any("unparsed" in event.flags for event in events)
    mended = whole and await world.dead_letters.mend(letter)
    return codec.reply(Retried(mended=mended, results=[shown(result) for result in results]))


def _said_late(
    letter: DeadLetter, events: Sequence[Event], results: Sequence[Result | RouterError]
) -> Iterator[Event]:
    """Give the words of events that are kept without them: as an edit, for what is kept never changes."""
    for event, result in zip(events, results, strict=True):
        known = isinstance(result, Result) and result.duplicate and event.id in letter.unread
        if known and event.text and "unparsed" not in event.flags:
            yield Event(
                id=fit_id(f"{event.id}:late"),
                source=event.source,
                channel=event.channel,
                medium=event.medium,
                kind="edit",
                direction=event.direction,
                author=event.author,
                occurred_at=event.occurred_at,
                customer=event.customer,
                provider=event.provider,
                thread=event.thread,
                target=event.id,
                text=event.text,
            )


def _account(world: World, app: web.Application, letter: DeadLetter) -> Account:
    """Find the account of a letter as it is configured now; NotFound where it is no longer."""
    mail = world.settings.mail
    name = (letter.channel, letter.provider, letter.account)
    if mail is not None and name == (mail.channel, mail.provider, mail.name):
        return mail
    account = app[hooks.ACCOUNTS].get(name)
    if account is None:
        raise NotFound(f"there is no account channels.{'.'.join(name)} any more")
    return account


def _call(letter: DeadLetter, body: bytes) -> Request:
    """Give how the provider called, as far as it is kept; what a listener heard is as if it were posted."""
    return Request(letter.method or "POST", letter.url or _NO_ADDRESS, letter.headers, body)
