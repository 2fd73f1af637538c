"""Calls, and WebSockets that we open.

Every call has a connection of its own. One that is kept open may be closed by the other end in the moment
we write to it, and then nobody knows what became of the call.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from importlib.metadata import version

import aiohttp
from aiohttp import ClientTimeout, ClientWebSocketResponse
from yarl import URL

from router.errors import OutcomeUnknown, Unsent
from router.outside.line import address, lines
from router.outside.once import Progress, begins, stays
from router.outside.socket import messages
from router.outside.why import why
from router.ports import Answer, Call

CONNECT_S = 5.0
TOTAL_S = 15.0
MOST_BYTES = 1_048_576
HEARTBEAT_S = 30.0
_CLOSE_S = 2.0
_CHUNK = 65_536
_CLOSED_TO_US = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_AGENT = f"omnichannel-router/{version('omnichannel-router')}"


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
        progress, host = Progress(), "the address"
        try:
            url = address(call.url)
            host = url.host or host
            return await self._made(call, url, progress)
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            # Only words of our own: an address may hold a password, and errors of the client quote it.
            if progress.begun:
                raise OutcomeUnknown(f"{host} broke off: {why(problem)}") from None
            raise Unsent(f"{host} cannot be reached: {why(problem)}") from None

    @asynccontextmanager
    async def listen(self, url: str, headers: Mapping[str, str] = {}) -> AsyncGenerator[AsyncIterator[bytes]]:
        """Open a WebSocket and give its messages, which end when the other end closes it well.

        OSError where it cannot be opened or breaks; PermissionError where we may not come in.
        """
        socket = await self._opened(url, headers)
        try:
            async with aclosing(messages(socket)) as heard:
                yield heard
        finally:
            await socket.close()

    async def close(self) -> None:
        """End every call and every WebSocket."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _made(self, call: Call, url: URL, progress: Progress) -> Answer:
        request = self._open().request(
            call.method,
            url,
            headers=lines(call.headers),
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
            place = address(url)
            host = place.host or host
            return await self._open().ws_connect(
                place,
                headers=lines(headers),
                heartbeat=self._heartbeat_s,
                max_msg_size=MOST_BYTES,
                decode_text=False,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_S),
            )
        except aiohttp.WSServerHandshakeError as problem:
            kind = PermissionError if problem.status in _CLOSED_TO_US else ConnectionError
            raise kind(f"{host} opens no WebSocket: HTTP {problem.status}") from None
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise ConnectionError(f"{host} cannot be reached: {why(problem)}") from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(begins)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": _AGENT},
                middlewares=(stays,),
                timeout=self._timeout,
                trace_configs=[trace],
            )
        return self._session
