"""Presence: who has a desk open or waits for offers is there, however short the lease."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import servers
from service import Service, ask

LEASE_S = 0.6
CONFIG = """
[server]
workspace = "{workspace}"

[routing]
lease_s = {lease_s}
"""


@pytest.fixture
def service(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start the router on the server of this run, in a workspace of this test alone."""
    made = Service(tmp_path, CONFIG.format(workspace=f"t{uuid4().hex[:12]}", lease_s=LEASE_S), server.url)
    made.start()
    yield made
    assert made.stop() == 0


async def state(client: aiohttp.ClientSession) -> Any:
    """Give ada's state."""
    return (await ask(client, "GET", "/v1/agents/ada"))["state"]


async def wait_for_offers(client: aiohttp.ClientSession, agent: str) -> None:
    """Wait for offers, of which there are none, for three leases."""
    assert (await ask(client, "GET", f"/v1/agents/{agent}/offers?wait={3 * LEASE_S}"))["offers"] == []


async def test_an_open_desk_and_a_waiting_agent_outlast_their_lease(service: Service) -> None:
    """The desk keeps its agent; then waiting does; then nobody is there, and the lease runs out."""
    async with service.client() as client:
        for agent in ("ada", "bob"):
            await ask(client, "PUT", f"/v1/agents/{agent}", {"queues": ["support"]})
        async with client.ws_connect("/v1/ws/desk?agent=ada"):
            await ask(client, "POST", "/v1/agents/ada/state", {"state": "available"})
            await wait_for_offers(client, "bob")
            assert await state(client) == "available"
        await wait_for_offers(client, "ada")
        assert await state(client) == "available"
        await wait_for_offers(client, "bob")
        assert await state(client) == "away"
