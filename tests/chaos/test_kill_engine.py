"""kill -9 of the engine under load: 503 while it is away, nothing acknowledged lost, work goes on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from service import Service, ask

KILLS = 3
TEL = "+14155552999"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Start the router with an engine of its own."""
    made = Service(tmp_path)
    made.start()
    yield made
    assert made.stop() == 0


def engine_of(service: Service) -> int:
    """Find the engine among the children of the router."""
    assert service.pid
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
    for child in children:
        if b"valkey" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise AssertionError(f"no engine among {children}")


def event(number: int) -> dict[str, Any]:
    """Write one message."""
    return {
        "id": f"m{number}", "source": "chaos", "channel": "sms", "kind": "message", "direction": "in",
        "author": "customer", "customer": {"type": "tel", "value": TEL}, "text": str(number),
    }  # fmt: skip


async def post(client: aiohttp.ClientSession, number: int) -> bool:
    """Post one event; True when it was acknowledged, False for a 503, and nothing else will do."""
    async with client.post("/v1/events", json=event(number)) as response:
        assert response.status in {202, 503}, await response.text()
        return response.status == 202


async def test_the_engine_comes_back_with_everything(service: Service) -> None:
    """Killed three times while events come in, it is started again, and every acknowledged event is there."""
    acknowledged: list[str] = []
    async with service.client() as client:
        for turn in range(KILLS):
            os.kill(engine_of(service), signal.SIGKILL)
            number, kept = turn * 1000, 0
            async with asyncio.timeout(30):
                while kept < 20:
                    number += 1
                    if await post(client, number):
                        acknowledged.append(f"m{number}")
                        kept += 1
        context = await ask(client, "GET", f"/v1/context?handle={quote('tel:' + TEL)}")
        page = await ask(client, "GET", f"/v1/customers/{context['customer']['id']}/timeline?limit=200")
        found = [entry["id"] for entry in page["events"] if entry["source"] == "chaos"]
        assert len(found) == len(set(found))
        assert set(acknowledged) <= set(found)
