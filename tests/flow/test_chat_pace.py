"""The pace of web chat: how fast, how much, for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import servers
from chatting import CONFIG, given, opened, token, visiting
from service import Service

from router.api import chat
from router.flow import lobby, rooms


@pytest.fixture
def workspace() -> str:
    """Name a workspace of this test alone."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def service(server: servers.Server, tmp_path: Path, workspace: str) -> Iterator[Service]:
    """Start a router with web chat that only this test hurries."""
    made = Service(tmp_path, CONFIG.format(workspace=workspace), server.url)
    made.start()
    yield made
    assert made.stop() == 0


async def test_new_visitors_come_at_a_pace(service: Service) -> None:
    """From one address; who was here before is not kept out."""
    answers = [await given(service) for _ in range(lobby.NEW_BURST + 20)]
    statuses = [status for status, _ in answers]
    assert statuses[: lobby.NEW_BURST] == [201] * lobby.NEW_BURST
    assert 429 in statuses
    assert answers[statuses.index(429)][1]["code"] == "too-many"
    assert (await given(service, token=answers[0][1]["renew"]))[0] == 201


async def test_who_hurries_is_slowed_and_then_sent_away(service: Service, workspace: str) -> None:
    """What is too fast is refused by its cid, then comes 1013; what was acknowledged is there once."""
    async with visiting(service, workspace) as (tab, _):
        for number in range(20 * chat.BURST):
            await tab.write(f"m{number}", f"c{number}")
        frames = []
        while (frame := await tab.hear("ack", "error", "closed"))["type"] != "closed":
            frames.append(frame)
    assert frame["code"] == 1013
    refused = {one["cid"] for one in frames if one["type"] == "error"}
    acked = [one["cid"] for one in frames if one["type"] == "ack"]
    assert {one["code"] for one in frames if one["type"] == "error"} == {"too-many"}
    assert len(acked) >= chat.BURST
    assert refused
    assert not refused & set(acked)
    async with visiting(service, workspace) as (tab, _):
        assert [one["cid"] for one in await tab.messages(len(acked))] == acked


async def test_a_frame_too_large_ends_it(service: Service, workspace: str) -> None:
    """1009; one that just fits is a message."""
    async with visiting(service, workspace) as (tab, _):
        room = 16_384 - len('{"type":"msg","cid":"c1","text":""}')
        assert (await tab.kept(await tab.write("x" * room, "c1")))["seq"] == 1
        await tab.write("x" * (room + 1), "c2")
        assert await tab.hear("closed") == {"type": "closed", "code": 1009}


async def test_a_visitor_has_so_many_tabs(service: Service, workspace: str) -> None:
    """One more is told to come later; when one closes there is room again."""
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(visiting(service, workspace)) for _ in range(rooms.TABS)]
        async with opened(service) as late:
            await late.say("hello", token=token(workspace))
            assert (await late.hear())["code"] == "busy"
            assert await late.hear() == {"type": "closed", "code": 1013}
        await tabs[0][0].socket.close()
        async with asyncio.timeout(20):
            while True:
                async with opened(service) as tab:
                    await tab.say("hello", token=token(workspace))
                    if (await tab.hear())["type"] == "welcome":
                        break


async def test_a_connection_ends_a_little_after_its_token(service: Service, workspace: str) -> None:
    """Unless another came; one of another visitor is no way to go on."""
    soon = 1.5 - chat.GRACE_S
    async with (
        visiting(service, workspace, ends_in_s=soon) as (tab, _),
        visiting(service, workspace, ends_in_s=soon) as (kept, _),
        visiting(service, workspace) as (other, _),
    ):
        await kept.say("hello", token=token(workspace))
        assert (await kept.hear())["type"] == "welcome"
        assert await tab.hear("closed") == {"type": "closed", "code": 4401}
        assert (await kept.kept(await kept.write("Still here")))["seq"] == 1
        await other.say("hello", token=token(workspace, visitor="v2"))
        assert (await other.hear("error"))["code"] == "unverified"
        assert await other.hear("closed") == {"type": "closed", "code": 4401}


async def test_first_comes_the_hello(service: Service, workspace: str) -> None:
    """What comes before it is refused, and the hello is still awaited."""
    async with opened(service) as tab:
        await tab.write("Hello")
        assert (await tab.hear())["code"] == "invalid"
        await tab.say("hello", token=token(workspace))
        assert (await tab.hear())["type"] == "welcome"
