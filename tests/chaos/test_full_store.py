"""A store whose memory is full: writes are refused whole, reads go on, and all is well once there is room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import servers
from service import Service, ask

TEL = "+14155550177"
READS = (
    "/v1/agents/ada/offers", "/v1/agents/ada", "/v1/queues", "/v1/items", "/v1/reports/fcr", "/livez",
    f"/v1/context?handle={quote('tel:' + TEL)}",
)  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[servers.Server]:
    """Start a server of this test alone, whose memory it may fill."""
    made = servers.single(tmp_path / "store")
    yield made
    made.stop()


@pytest.fixture
def service(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start the router on it."""
    made = Service(tmp_path, "[queues.support]", server.url)
    made.start()
    yield made
    assert made.stop() == 0


def event(number: int) -> dict[str, Any]:
    """Write a message."""
    return {
        "id": f"m{number}", "source": "full", "channel": "sms", "kind": "message", "direction": "in",
        "author": "customer", "customer": {"type": "tel", "value": TEL}, "queue": "support",
    }  # fmt: skip


async def readiness(client: aiohttp.ClientSession) -> tuple[int, list[str]]:
    """Give the status of /readyz, and in words what is wrong."""
    async with client.get("/readyz") as answer:
        checks = (await answer.json())["checks"]
        return answer.status, [check["words"] for check in checks if not check["ok"]]


async def test_a_full_store_refuses_writes_and_answers_reads(
    server: servers.Server, service: Service
) -> None:
    """503 with Retry-After and a word on /readyz; what was refused is not there, nor half of it."""
    async with service.client() as client:
        await ask(client, "PUT", "/v1/agents/ada", {"queues": ["support"]})
        await ask(client, "POST", "/v1/agents/ada/state", {"state": "available"})
        await ask(client, "POST", "/v1/events", event(1))
        server.admin.config_set("maxmemory", 1)
        async with client.post("/v1/events", json=event(2)) as refused:
            assert (refused.status, (await refused.json())["code"]) == (503, "busy")
            assert int(refused.headers["Retry-After"]) > 0
        offered, *_ = [await ask(client, "GET", path) for path in READS]
        assert [offer["item"]["unread"] for offer in offered["offers"]] == [1]
        assert await readiness(client) == (503, ["the server's memory is full: raise maxmemory"])
        server.admin.config_set("maxmemory", 0)
        assert await readiness(client) == (200, [])
        (result,) = (await ask(client, "POST", "/v1/events", event(2)))["results"]
        assert not result["duplicate"]
        (offer,) = (await ask(client, "GET", "/v1/agents/ada/offers"))["offers"]
        assert offer["item"]["unread"] == 2
