"""The messages of a WebSocket that we opened."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMsgType

_WELL = frozenset({WSCloseCode.OK, WSCloseCode.GOING_AWAY})


async def messages(socket: ClientWebSocketResponse[bool]) -> AsyncGenerator[bytes]:
    """Give messages until the other end closes it well; ConnectionError where it ends otherwise."""
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
