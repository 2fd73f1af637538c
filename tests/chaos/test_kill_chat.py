"""kill -9 of the router while visitors write: what was acknowledged is there once, in order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import servers
from chatting import CONFIG, answered, context, opened, token, visiting
from service import Service, ask

ROUNDS = 4
WORDS = 12
VISITORS = 4


@pytest.fixture
def workspace() -> str:
    """Name a workspace of this test alone."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def service(tmp_path: Path, workspace: str) -> Iterator[Service]:
    """Start the router with its own embedded engine; both die and come back together."""
    made = Service(tmp_path, CONFIG.format(workspace=workspace))
    made.start()
    yield made
    made.stop()


class Visitor:
    """Somebody who writes until it is acknowledged, whatever happens to the router."""

    def __init__(self, service: Service, workspace: str, number: int) -> None:
        self._service, self._workspace, self.name = service, workspace, f"v{number}"
        self.acks: dict[str, tuple[str, int]] = {}

    async def write(self, cids: list[str], kill_at: asyncio.Barrier | None) -> list[str]:
        """Write these messages, one after another; give those that no ack came of before the line broke."""
        left = list(cids)
        try:
            async with visiting(self._service, self._workspace, visitor=self.name) as (tab, _):
                while left:
                    if kill_at is not None and len(left) == len(cids) // 2:
                        await tab.write(f"text of {left[0]}", left[0])
                        await kill_at.wait()
                    await tab.write(f"text of {left[0]}", left[0])
                    answer = await tab.kept(left[0])
                    if answer["type"] == "closed":
                        return left
                    if answer["type"] == "ack":
                        before = self.acks.setdefault(left[0], (answer["id"], answer["seq"]))
                        assert before == (answer["id"], answer["seq"])
                        left.pop(0)
                    else:
                        assert answer["code"] in {"too-many", "busy", "store-away"}, answer
                        await asyncio.sleep(0.3)  # what a client does who is asked to come later
        except (aiohttp.ClientError, ConnectionError):
            pass
        return left


async def everything(service: Service, workspace: str, name: str, count: int) -> list[dict[str, Any]]:
    """Read the chat of a visitor from the beginning."""
    async with visiting(service, workspace, visitor=name) as (tab, welcome):
        assert welcome["last_seq"] == count
        return await tab.messages(count)


async def test_what_is_acknowledged_is_there_once_and_in_order(service: Service, workspace: str) -> None:
    """Killed in the middle of words, four times; the visitors say again what no ack came of."""
    visitors = [Visitor(service, workspace, number) for number in range(VISITORS)]
    said: list[str] = []
    for turn in range(ROUNDS):
        cids = [f"r{turn}w{number}" for number in range(WORDS)]
        said += cids
        barrier = asyncio.Barrier(VISITORS + 1)
        writing = [asyncio.ensure_future(one.write(cids, barrier)) for one in visitors]
        await barrier.wait()
        service.kill()
        left = await asyncio.gather(*writing)
        assert any(left)
        service.start()
        for one, rest in zip(visitors, left, strict=True):
            assert await one.write(rest, None) == []
    for one in visitors:
        found = await everything(service, workspace, one.name, len(said))
        assert [frame["cid"] for frame in found] == said
        assert [frame["seq"] for frame in found] == list(range(1, len(said) + 1))
        assert one.acks == {frame["cid"]: (frame["id"], frame["seq"]) for frame in found}
        async with service.client() as client:
            customer = (await context(client, one.name))["customer"]["id"]
            page = await ask(client, "GET", f"/v1/customers/{customer}/timeline?limit=100")
        told = [entry["event"] for entry in page["events"] if entry["kind"] == "message"]
        assert sorted(told) == sorted(name for name, _ in one.acks.values())


async def test_an_open_tab_outlives_a_kill_of_the_engine(
    own_server: servers.Server, tmp_path: Path, workspace: str
) -> None:
    """While the store is stopped a word is refused for now; the same tab goes on when it is back."""
    service = Service(tmp_path, CONFIG.format(workspace=workspace), own_server.url)
    service.start()
    try:
        async with visiting(service, workspace) as (tab, _), service.client() as client:
            await tab.kept(await tab.write("before", "c1"))
            os.kill(own_server.pid, signal.SIGSTOP)
            await tab.write("while it was away", "c2")
            refused = await tab.kept("c2")
            os.kill(own_server.pid, signal.SIGCONT)
            assert refused["code"] in {"busy", "store-away"}
            async with asyncio.timeout(20):
                while (await tab.write("while it was away", "c2")) and (await tab.kept("c2"))[
                    "type"
                ] != "ack":
                    pass
            await answered(client, "after")
            assert [one["text"] for one in await tab.messages(3)] == ["before", "while it was away", "after"]
    finally:
        service.stop()


async def test_a_message_of_an_agent_is_sent_once_over_a_kill(service: Service, workspace: str) -> None:
    """Sent with one key before and after the router died: the visitor has it once."""
    async with visiting(service, workspace) as (tab, _):
        await tab.kept(await tab.write("Hello"))
    for turn in range(2):
        async with service.client() as client:
            newest = next(event for event in (await context(client))["events"] if event["direction"] == "in")
            path = f"/v1/conversations/{newest['conversation']}/messages"
            body, headers = {"text": "Hi", "agent": "ada"}, {"Idempotency-Key": "k1"}
            await ask(client, "POST", path, body, headers=headers)
        if turn == 0:
            service.kill()
            service.start()
    async with opened(service) as tab:
        await tab.say("hello", token=token(workspace))
        assert (await tab.hear())["last_seq"] == 2
        assert [one["text"] for one in await tab.messages(2)] == ["Hello", "Hi"]
