"""What we do in the world outside: calls, and WebSockets that we open.

Every call has a connection of its own. One that is kept open may be closed by the other end in the moment
we write to it, and then nobody knows what became of the call.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version
from types import SimpleNamespace

import aiohttp
from aiohttp import ClientTimeout, ClientWebSocketResponse, WSCloseCode, WSMsgType
from msgspec import Struct
from yarl import URL

from router.errors import OutcomeUnknown, Unsent
from router.ports import Answer, Call

CONNECT_S = 5.0
TOTAL_S = 15.0
MOST_BYTES = 1_048_576
HEARTBEAT_S = 30.0
_CLOSE_S = 2.0
_CHUNK = 65_536
_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_ADDRESS = re.compile(r"[!-~]+", re.ASCII)  # a space or a line end would end the line it is written on
_LINE = re.compile(r"[^\r\n\0]*")
_WELL = frozenset({WSCloseCode.OK, WSCloseCode.GOING_AWAY})
_CLOSED_TO_US = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_AGENT = f"omnichannel-router/{version('omnichannel-router')}"


class _Unfit(ValueError):
    """What cannot be written on a line of a call."""


class _Again(aiohttp.ClientError):
    """The connection broke, and the client begins anew."""


class _Elsewhere(aiohttp.ClientError):
    """An answer that would send us somewhere else."""


class _Progress(Struct):
    """How far a call came: ``begun`` once a part of it may have gone out."""

    begun: bool = False


class Internet:
    """The world outside. Opens nothing before the first call; ``close`` ends all of it.

    ``connect_s`` for the name, the connection and TLS together, ``total_s`` for all of a call. A WebSocket
    that is silent for ``heartbeat_s`` is asked whether it is still there.
    """

    def __init__(
        self, *, connect_s: float = CONNECT_S, total_s: float = TOTAL_S, heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self._heartbeat_s = heartbeat_s
        self._timeout = ClientTimeout(total=total_s, connect=connect_s)
        self._session: aiohttp.ClientSession | None = None

    async def call(self, call: Call) -> Answer:
        """Make a call. Unsent: it surely did not arrive; OutcomeUnknown: it may have.

        Of a longer answer than ``MOST_BYTES`` the rest is cut off.
        """
        progress, host = _Progress(), "the address"
        try:
            url = _address(call.url)
            host = url.host or host
            return await self._made(call, url, progress)
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            # Only words of our own: an address may hold a password, and errors of the client quote it.
            if progress.begun:
                raise OutcomeUnknown(f"{host} broke off: {_why(problem)}") from None
            raise Unsent(f"{host} cannot be reached: {_why(problem)}") from None

    @asynccontextmanager
    async def listen(self, url: str, headers: Mapping[str, str] = {}) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Open a WebSocket and give its messages, which end when the other end closes it well.

        OSError where it cannot be opened or breaks; PermissionError where we may not come in.
        """
        socket = await self._opened(url, headers)
        try:
            async with aclosing(_messages(socket)) as messages:
                yield messages
        finally:
            await socket.close()

    async def close(self) -> None:
        """End every call and every WebSocket."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _made(self, call: Call, url: URL, progress: _Progress) -> Answer:
        request = self._open().request(
            call.method,
            url,
            headers=_lines(call.headers),
            skip_auto_headers=("Content-Type",),
            data=call.body or None,
            allow_redirects=False,
            trace_request_ctx=progress,
        )
        async with request as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) >= MOST_BYTES:
                    break
            headers: dict[str, str] = {}
            for name, value in response.headers.items():
                known = headers.get(name.lower())
                headers[name.lower()] = value if known is None else f"{known}, {value}"
            return Answer(response.status, headers, bytes(body[:MOST_BYTES]))

    async def _opened(self, url: str, headers: Mapping[str, str]) -> ClientWebSocketResponse[bool]:
        host = "the address"
        try:
            address = _address(url)
            host = address.host or host
            return await self._open().ws_connect(
                address,
                headers=_lines(headers),
                heartbeat=self._heartbeat_s,
                max_msg_size=MOST_BYTES,
                decode_text=False,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_S),
            )
        except aiohttp.WSServerHandshakeError as problem:
            kind = PermissionError if problem.status in _CLOSED_TO_US else ConnectionError
            raise kind(f"{host} opens no WebSocket: HTTP {problem.status}") from None
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise ConnectionError(f"{host} cannot be reached: {_why(problem)}") from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_begins)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": _AGENT},
                middlewares=(_stays,),
                timeout=self._timeout,
                trace_configs=[trace],
            )
        return self._session


async def _begins(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    """Note that the connection is there and the first bytes are about to go out.

    They go out once: where a connection breaks, the client would make a PUT or a DELETE again by itself.
    """
    if isinstance(progress := context.trace_request_ctx, _Progress):
        if progress.begun:
            raise _Again
        progress.begun = True


async def _stays(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Refuse to be sent elsewhere for a WebSocket: the client would go, with our password."""
    response = await handler(request)
    if "Upgrade" in request.headers and response.status in range(300, 400):
        response.close()
        raise _Elsewhere(f"it sends us elsewhere: HTTP {response.status}")
    return response


async def _messages(socket: ClientWebSocketResponse[bool]) -> AsyncGenerator[bytes]:
    while True:
        message = await socket.receive()
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
            yield message.data
        elif message.type is WSMsgType.ERROR:
            raise ConnectionError(f"the WebSocket broke: {message.data}")
        elif socket.close_code in _WELL:
            return
        else:
            raise ConnectionError(f"the WebSocket was closed with {socket.close_code}")


def _address(url: str) -> URL:
    """Give an address that goes out as it is written; _Unfit where that cannot be."""
    if not _ADDRESS.fullmatch(url):
        raise _Unfit("it is no address")
    try:
        found = URL(url, encoded=True)
        known = found.scheme in _SCHEMES and found.host and found.port
    except ValueError:
        known = None
    if not known:
        raise _Unfit("it is no address")
    return found.with_fragment(None)


def _lines(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if not _ADDRESS.fullmatch(name) or not _LINE.fullmatch(value):
            raise _Unfit("a header is more than one line")
    return headers


def _why(problem: Exception) -> str:
    """Say what went wrong without an address, which may hold a secret."""
    match problem:
        case TimeoutError():
            return "it took too long"
        case aiohttp.ClientConnectorDNSError():
            return "its name is not known"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not valid"
        case ssl.SSLError():
            return "it speaks no TLS with us"
        case OSError(errno=int(number)) if number > 0:
            return os.strerror(number).lower()
        case aiohttp.ServerDisconnectedError() | _Again():
            return "it closed the connection"
        case aiohttp.ClientPayloadError():
            return "its answer ends early"
        case _Unfit() | _Elsewhere():
            return str(problem)
        case _:
            return type(problem).__name__
