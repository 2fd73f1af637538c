"""The WebSocket of web chat waits for a hello only so long."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from parts import Parts

from router.api import chat
from router.ports import Account


class Lobby:
    """Lets every page in."""

    def account(self, name: str | None) -> Account:
        """Give an account."""
        return Account("chat", "web", name or "main", secret="s")

    def admit(self, *_: Any) -> None:
        """Let it in."""


async def test_only_so_many_wait_without_a_hello(
    parts: Parts, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is told to come later; when one of them is gone there is room."""
    monkeypatch.setattr(chat, "STRANGERS", 1)
    parts.known.account, parts.known.admit = Lobby().account, Lobby().admit  # type: ignore[attr-defined]
    async with client.ws_connect("/v1/ws/chat") as first:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/v1/ws/chat")
        assert refused.value.status == 503
        await first.send_str('{"type":"typing"}')
        assert (await first.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT
    async with asyncio.timeout(20):
        while True:
            try:
                await client.ws_connect("/v1/ws/chat")
            except aiohttp.WSServerHandshakeError:
                continue
            break


@pytest.mark.parametrize("said", [[], ['{"type":"typing"}'], ["{"]])
async def test_who_says_no_hello_has_to_go(
    parts: Parts, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    """4408, whatever else was said meanwhile."""
    monkeypatch.setattr(chat, "HELLO_S", 0.2)
    parts.known.account, parts.known.admit = Lobby().account, Lobby().admit  # type: ignore[attr-defined]
    async with client.ws_connect("/v1/ws/chat") as socket:
        for frame in said:
            await socket.send_str(frame)
        while (await socket.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert socket.close_code == 4408


async def test_who_goes_in_the_middle_of_a_word_leaves_no_trace(
    parts: Parts, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing in the log that a stranger could fill, however many cut the line before they are answered."""
    parts.known.account, parts.known.admit = Lobby().account, Lobby().admit  # type: ignore[attr-defined]
    for _ in range(20):
        socket = await client.ws_connect("/v1/ws/chat")
        for _ in range(8):
            await socket.send_str('{"type":"typing"}')
        assert socket._response.connection is not None
        assert socket._response.connection.transport is not None
        socket._response.connection.transport.abort()
        await socket.close()
    async with client.get("/livez") as answer:
        assert answer.status == 200
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
