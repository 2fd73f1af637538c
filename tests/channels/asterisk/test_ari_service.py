"""A whole router that hears an Asterisk by its REST interface, and starts anew in the middle of a call."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import servers
from asterisk_rest import PASSWORD, USER, Rest, channel, tell, trace
from service import Service

CONFIG = """
[server]
workspace = "{workspace}"

[channels.voice.asterisk.main]
ari_url = "http://127.0.0.1:{port}"
ari_user = "{user}"
ari_password_env = "ARI_PASSWORD"
"""
STARTS, _, _, AGENT, _, _, TOGETHER, _, LEAVES, _ = trace("ari_lines")
CREATED = STARTS.replace(b"StasisStart", b"ChannelCreated")
CALLER = {"handle": "tel:+441632960111"}


async def statuses(client: aiohttp.ClientSession, count: int) -> list[tuple[str, str | None]]:
    """Give what the caller's timeline tells, oldest first, once so many events are in it."""
    async with asyncio.timeout(30):
        while True:
            async with client.get("/v1/context", params=CALLER) as response:
                context: dict[str, Any] = await response.json()
            if response.status == 200 and len(context["events"]) >= count:
                return [(event["kind"], event.get("status")) for event in reversed(context["events"])]


async def test_a_call_survives_the_router(server: servers.Server, tmp_path: Path) -> None:
    """What was told before is not told again; what happened meanwhile is found out."""
    rest = Rest()
    await rest.start()
    workspace = f"t{uuid4().hex[:12]}"
    service = Service(tmp_path, CONFIG.format(workspace=workspace, port=rest.port, user=USER), server.url)
    await asyncio.to_thread(service.start, ARI_PASSWORD=PASSWORD)
    try:
        await tell(rest, CREATED)
        async with service.client() as client:
            assert await statuses(client, 1) == [("call", "offered")]
        assert await asyncio.to_thread(service.stop) == 0
        rest.there(STARTS, AGENT)
        rest.lists["bridges"] = b'[{"channels":["%b","%b"]}]' % (
            channel(STARTS)["id"].encode(), channel(AGENT)["id"].encode(),
        )  # fmt: skip
        await asyncio.to_thread(service.start, ARI_PASSWORD=PASSWORD)
        await tell(rest, TOGETHER, LEAVES)
        async with service.client() as client:
            # When it was answered nobody told: it is when we came, after all that has a time.
            assert await statuses(client, 3) == [("call", "offered"), ("system", None), ("call", "answered")]
    finally:
        assert await asyncio.to_thread(service.stop) == 0
        await rest.stop()
