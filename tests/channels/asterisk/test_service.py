"""A whole router that hears an Asterisk: from the wire to the customer's context and journey."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import servers
from asterisk_manager import SECRET, Manager, trace
from service import Service, ask

CONFIG = """
[server]
workspace = "{workspace}"

[channels.voice.asterisk.main]
secret = "{secret}"
host = "127.0.0.1"
port = {port}
username = "router"
"""
CALLER = {"handle": "tel:+441632960111"}


async def known(client: aiohttp.ClientSession, count: int) -> dict[str, Any]:
    """Give the caller's context once so many events are in it."""
    async with asyncio.timeout(30):
        while True:
            async with client.get("/v1/context", params=CALLER) as response:
                context: dict[str, Any] = await response.json()
            if response.status == 200 and len(context["events"]) >= count:
                return context


async def test_a_call_becomes_a_contact(server: servers.Server, tmp_path: Path) -> None:
    """One call in a queue, answered by the second agent: one contact, one attempt, nothing repeated.

    The router starts while Asterisk is away, and the call it missed makes no difference to the next.
    """
    manager = Manager()
    await manager.start()
    await manager.stop()
    config = CONFIG.format(workspace=f"t{uuid4().hex[:12]}", secret=SECRET, port=manager.port)
    service = Service(tmp_path, config, server.url)
    await asyncio.to_thread(service.start)
    try:
        await manager.start()
        (await manager.sessions.get()).write(trace("queue_call"))
        async with service.client() as client:
            context = await known(client, 9)
            assert {event["source"] for event in context["events"]} == {"asterisk:main"}
            assert len(context["conversations"]) == 1
            assert context["items"] == []
            journey = await ask(
                client,
                "GET",
                f"/v1/customers/{context['customer']['id']}/journey",
                params={"as_of": "2026-03-03T10:00:00Z"},
            )
    finally:
        await manager.stop()
        assert await asyncio.to_thread(service.stop) == 0
    assert (journey["contacts"], journey["attempts"], journey["transfers"]) == (1, 1, 0)
    assert (journey["reason"], journey["final_at"]) == ("window_open", "2026-03-09T10:01:25.200000Z")
