"""WebSockets that we open: their messages, how they end, and where we do not go."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from servers import free_port

from router.outside import MOST_BYTES, Internet

Tell = Callable[[web.WebSocketResponse, web.Request], Awaitable[None]]


@contextlib.asynccontextmanager
async def telling(tell: Tell) -> AsyncIterator[str]:
    """Run a server that tells every WebSocket something; gives its address."""

    async def meet(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await tell(socket, request)
        return socket

    async with serving(meet) as url:
        yield url


@contextlib.asynccontextmanager
async def serving(meet: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Run a server with one handler; gives its address."""
    app = web.Application()
    app.router.add_get("/{any:.*}", meet)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def heard(internet: Internet, url: str, **headers: str) -> list[bytes]:
    """Hear a WebSocket to its end."""
    async with internet.listen(url, headers) as messages:
        return [message async for message in messages]


async def test_messages_come_in_order_until_it_is_closed(internet: Internet) -> None:
    """Texts and binary ones as bytes; our headers are brought."""

    async def tell(socket: web.WebSocketResponse, request: web.Request) -> None:
        await socket.send_str("Grüße")
        await socket.send_bytes(request.headers["authorization"].encode())
        await socket.send_str("")

    async with telling(tell) as url:
        assert await heard(internet, url, authorization="Basic x") == ["Grüße".encode(), b"Basic x", b""]


@pytest.mark.parametrize("code", [1001, 1008, 1011, 4000])
async def test_only_a_good_end_is_no_error(internet: Internet, code: int) -> None:
    """Closed because the server goes is an end; for any other reason it broke."""

    async def tell(socket: web.WebSocketResponse, _: web.Request) -> None:
        await socket.close(code=code)

    async with telling(tell) as url:
        if code == aiohttp.WSCloseCode.GOING_AWAY:
            assert await heard(internet, url) == []
        else:
            with pytest.raises(ConnectionError, match=str(code)):
                await heard(internet, url)


async def test_a_cut_is_an_error(internet: Internet) -> None:
    """What came before it is there; that it ended without a word is told."""

    async def tell(socket: web.WebSocketResponse, request: web.Request) -> None:
        await socket.send_str("one")
        assert request.transport is not None
        request.transport.abort()

    got: list[bytes] = []
    async with telling(tell) as url, internet.listen(url) as messages:
        with pytest.raises(ConnectionError):
            got.extend([message async for message in messages])
        assert got in ([], [b"one"])


async def test_a_huge_message_is_an_error(internet: Internet) -> None:
    """One within the bound is read, one beyond it ends the connection."""

    async def tell(socket: web.WebSocketResponse, _: web.Request) -> None:
        await socket.send_bytes(b"x" * (MOST_BYTES - 1))
        with contextlib.suppress(ConnectionError):
            await socket.send_bytes(b"x" * (MOST_BYTES + 1))
            await socket.receive()

    async with telling(tell) as url, internet.listen(url) as messages:
        assert len(await anext(messages)) == MOST_BYTES - 1
        with pytest.raises(ConnectionError):
            await anext(messages)


async def test_who_does_not_answer_is_gone(
    playing: Callable[..., contextlib.AbstractAsyncContextManager[int]],
) -> None:
    """A peer that shook hands and then says nothing, to our pings neither, is an error."""
    internet, over = Internet(heartbeat_s=0.05), asyncio.Event()

    async def dead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept(key) + b"\r\n\r\n"
        )
        await over.wait()

    async with playing(dead) as port, internet.listen(f"ws://127.0.0.1:{port}/") as messages:
        with pytest.raises(ConnectionError):
            await anext(messages)
        over.set()
    await internet.close()


def accept(key: bytes) -> bytes:
    """Give what a server answers to a key, by RFC 6455."""
    return base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, PermissionError),
        (403, PermissionError),
        (404, ConnectionError),
        (200, ConnectionError),
        (500, ConnectionError),
    ],
)
async def test_what_opens_none_says_why(internet: Internet, status: int, kind: type[OSError]) -> None:
    """Who may not come in is told apart from the rest."""

    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(refuse) as url:
        with pytest.raises(kind, match=str(status)) as told:
            await heard(internet, url + "/bot-pass")
    assert "bot-pass" not in str(told.value)


async def test_nobody_sends_us_elsewhere(internet: Internet) -> None:
    """A redirect is no WebSocket; where it leads is not visited."""
    visits: list[str] = []

    async def away(request: web.Request) -> web.Response:
        visits.append(request.path)
        raise web.HTTPFound("/else")

    async with serving(away) as url:
        with pytest.raises(ConnectionError, match="elsewhere"):
            await heard(internet, url + "/here")
    assert visits == ["/here"]


@pytest.mark.parametrize("url", ["", "ws://", "ws://127.0.0.1/a b", "ftp://127.0.0.1/", "ws://127.0.0.1:x/"])
async def test_what_is_no_address_is_not_opened(internet: Internet, url: str) -> None:
    """Nor where nobody listens."""
    with pytest.raises(ConnectionError):
        await heard(internet, url)
    with pytest.raises(ConnectionError):
        await heard(internet, f"ws://127.0.0.1:{free_port()}/")


async def test_leaving_early_leaves_nothing_open(internet: Internet) -> None:
    """Who has heard enough goes, and the server sees the end."""
    ended = asyncio.Event()

    async def tell(socket: web.WebSocketResponse, _: web.Request) -> None:
        await socket.send_str("one")
        async for _message in socket:
            pass
        ended.set()

    async with telling(tell) as url:
        async with internet.listen(url) as messages:
            assert await anext(messages) == b"one"
        await asyncio.wait_for(ended.wait(), 5)
