"""Web chat: GET /v1/ws/chat, the WebSocket of a visitor's tab, and what they need to get there.

The frames are those of ``router.model.chat``. A frame that is refused is answered with ``error`` and the
socket stays open; it closes with 4401 (the token is bad, or ended), 4408 (no hello in time), 1009 (a frame
too large), 1013 (too much, try later), 1001 (the router shuts down).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic, time
from urllib.parse import urlsplit

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from router.api import codec
from router.api.auth import Caller
from router.api.chat_bodies import ChatAccount, ChatAccounts, ChatQuery, NewPass
from router.api.closing import CLOSING, unless_closing
from router.api.relay import relay
from router.api.world import World
from router.errors import Busy, Forbidden, Invalid, RouterError, TooMany, Unverified
from router.flow.rooms import Seat
from router.model.chat import (
    FRAME_MAX,
    ChatError,
    Frame,
    Hello,
    Msg,
    News,
    Progress,
    Read,
    Said,
    Told,
    Typing,
    Visitor,
    Welcome,
    read_frame,
)  # fmt: skip
from router.policy.pace import Pace
from router.ports import Account

HELLO_S = 10.0
"""How long a client may take to say hello."""

BEAT_S = 20.0
"""How often the client is asked for a sign of life."""

FAREWELL_S = 2.0
"""How long a client may take to say that it heard that the socket closes."""

GRACE_S = 30.0
"""How long a connection outlives its token, so that a client may say hello with the next."""

STRANGERS = 1000
"""Sockets that may be open without a hello; who is in counts as a tab, of which there are more."""

WAITING = web.AppKey("waiting", set[object])
"""The sockets that have not said hello."""

PER_S, BURST = 10, 10
STRIKES_PER_S, STRIKES = 1, 20
"""Frames that a client may send; and so many may be refused before it has to go."""

_BAD_TOKEN, _NO_HELLO = 4401, 4408
_PASS: codec.Body[NewPass] = codec.Body(NewPass)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_encode = msgspec.json.Encoder().encode


async def accounts(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Name the accounts there are to chat with."""
    return codec.reply(ChatAccounts([ChatAccount(*one) for one in world.lobby.accounts()]))


async def token(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give an anonymous visitor a token."""
    account = admitted(world, request, request.match_info["account"])
    if "Origin" not in request.headers:
        raise Forbidden("tokens are for pages in a browser, which say their Origin")
    body = await _PASS.of(request, world.settings.server)
    return codec.reply(world.lobby.give(account, body.token, body.name, request.remote or ""), 201)


async def chat(world: World, _: Caller, request: web.Request) -> web.StreamResponse:
    """Talk with a visitor's tab until it goes, or has to go, or the server closes."""
    account = admitted(world, request, codec.query(request, ChatQuery).account)
    waiting = request.app[WAITING]
    if len(waiting) >= STRANGERS:
        raise Busy("too many wait to come in; try again in a moment")
    socket = web.WebSocketResponse(
        heartbeat=BEAT_S, max_msg_size=FRAME_MAX + 1, compress=False, timeout=FAREWELL_S
    )
    await socket.prepare(request)
    tab = Tab(world, account, socket)
    waiting.add(tab)
    with suppress(ConnectionError):  # who goes in the middle of a word is not answered
        try:
            await unless_closing(request, tab.greeted())
        finally:
            waiting.discard(tab)
        if tab.hello is not None and tab.who is not None:
            await tab.talk(request, tab.hello, tab.who)
    await socket.close(code=WSCloseCode.GOING_AWAY if request.app[CLOSING].is_set() else tab.code)
    return socket


def admitted(world: World, request: web.Request, name: str | None) -> Account:
    """Give the account that a page asks for, if it may use it. NotFound, NoSecret, Forbidden."""
    account = world.lobby.account(name)
    public = urlsplit(world.settings.server.url).netloc
    world.lobby.admit(request.headers.get("Origin"), account, request.host, public)
    return account


class Tab:
    """One open tab. ``code`` is what it is closed with."""

    def __init__(self, world: World, account: Account, socket: web.WebSocketResponse) -> None:
        self._world, self._account, self._socket = world, account, socket
        self._pace, self._strikes = Pace(PER_S, BURST), Pace(STRIKES_PER_S, STRIKES)
        self.hello: Hello | None = None
        self.who: Visitor | None = None
        self.code: int = WSCloseCode.TRY_AGAIN_LATER

    async def greeted(self) -> None:
        """Wait for a hello whose token lets somebody in."""
        try:
            async with asyncio.timeout(HELLO_S):
                while self.hello is None and (frame := await self._frame()) is not None:
                    if isinstance(frame, Hello):
                        self.hello = frame
                    else:
                        await self._refuse(Invalid("say hello first"))
        except TimeoutError:
            self.code = _NO_HELLO
        if self.hello is not None:
            await self._enter(self.hello)

    async def talk(self, request: web.Request, hello: Hello, who: Visitor) -> None:
        """Push what is said and take what the visitor says."""
        rooms, self._pace = self._world.rooms, Pace(PER_S, BURST)
        try:
            with rooms.seat(self._account, who) as seat:
                await self._tell(_welcome(seat, await rooms.resume(seat, hello.resume_from)))
                await relay(request, self._push(seat), self._listen(seat), self._expire())
        except RouterError as refusal:
            await self._refuse(refusal)

    async def _push(self, seat: Seat) -> None:
        async for said in self._world.rooms.news(seat):
            for one in said:
                await self._tell(_news(one))
            if any(one.speech.author != "customer" for one in said):
                self._world.rooms.shown(seat, said[-1].seq)

    async def _listen(self, seat: Seat) -> None:
        while (frame := await self._frame()) is not None:
            try:
                await self._act(seat, frame)
            except RouterError as refusal:
                await self._refuse(refusal, frame.cid if isinstance(frame, Msg) else None)

    async def _act(self, seat: Seat, frame: Frame) -> None:
        rooms = self._world.rooms
        if isinstance(frame, Msg):
            await self._tell(await rooms.say(seat, frame))
        elif isinstance(frame, Typing):
            await rooms.typing(seat)
        elif isinstance(frame, Read):
            await rooms.read(seat, frame.upto)
        elif await self._enter(frame, seat.who) and self.who is not None:
            seat.who = self.who
            await self._tell(_welcome(seat, await rooms.progress(seat)))
        else:
            await self._socket.close(code=self.code)

    async def _enter(self, hello: Hello, before: Visitor | None = None) -> bool:
        """See whom a hello is of; one that says it again must be who was here before."""
        try:
            self.who = self._world.lobby.visitor(self._account, hello.token, before)
        except Unverified as refusal:
            self.code = _BAD_TOKEN
            await self._refuse(refusal)
            return False
        return True

    async def _expire(self) -> None:
        """Return when the token has ended, and no other came."""
        while self.who is not None and (left := self.who.until + GRACE_S - time()) > 0:  # noqa: ASYNC110 - a later end
            await asyncio.sleep(left)
        self.code = _BAD_TOKEN

    async def _frame(self) -> Frame | None:
        """Give the next frame that can be read and comes slowly enough; None: there are no more."""
        async for message in self._socket:
            if not self._pace.allows(monotonic()):
                if not self._strikes.allows(monotonic()):
                    return None
                await self._refuse(TooMany(f"{PER_S} frames a second, no more"), _cid(message.data))
                continue
            try:
                if message.type is not WSMsgType.TEXT:
                    raise Invalid("frames are JSON texts")  # noqa: TRY301 - one way to refuse a frame
                frame: Frame = read_frame(message.data)
                return frame  # noqa: TRY300 - the loop goes on where there is none
            except msgspec.ValidationError as error:
                await self._refuse(codec.invalid(error), _cid(message.data))
            except (*_UNREADABLE, Invalid) as error:
                await self._refuse(Invalid(f"the frame cannot be read: {error}"))
        return None

    async def _refuse(self, refusal: RouterError, cid: str | None = None) -> None:
        await self._tell(ChatError(refusal.code, refusal.detail, cid))

    async def _tell(self, told: Told) -> None:
        await self._socket.send_frame(_encode(told), WSMsgType.TEXT)


class _Named(msgspec.Struct):
    cid: str | None = None


_named = msgspec.json.Decoder(_Named).decode


def _cid(data: str | bytes) -> str | None:
    """Give the cid of a frame that is refused, so that the client knows which of its messages it was."""
    try:
        found = _named(data).cid
    except _UNREADABLE:
        return None
    return None if found is None else found[:64]


def _welcome(seat: Seat, progress: Progress) -> Welcome:
    return Welcome(
        visitor=seat.who.id,
        last_seq=progress.last,
        resume_from=seat.cursor,
        read=progress.read,
        until=datetime.fromtimestamp(seat.who.until, UTC),
    )


def _news(said: Said) -> News:
    at, speech = datetime.fromtimestamp(said.at / 1000, UTC), said.speech
    return News(speech.id, said.seq, speech.author, speech.text, at, speech.cid)
