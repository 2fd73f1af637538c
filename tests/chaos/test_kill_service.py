"""kill -9 of the router, again and again: every acknowledged event is there once, and work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from service import Service, ask

ROUNDS = 5
CUSTOMERS = 5
BATCH = 20


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Start the router with its own embedded engine; both die and come back together."""
    made = Service(tmp_path)
    made.start()
    yield made
    made.stop()


def event(number: int) -> dict[str, Any]:
    """Write one message of one of a few customers."""
    return {
        "id": f"m{number}", "source": "chaos", "channel": "sms", "kind": "message", "direction": "in",
        "author": "customer", "customer": {"type": "tel", "value": f"+1415555{2000 + number % CUSTOMERS}"},
        "text": f"message {number}", "queue": "support",
    }  # fmt: skip


async def post_until_it_dies(service: Service, first: int) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """Post batch after batch; yield the number of each event that was acknowledged, and what was said."""
    number = first
    async with service.client() as client:
        while True:
            batch = [event(n) for n in range(number, number + BATCH)]
            number += BATCH
            try:
                answer = await ask(client, "POST", "/v1/events", batch)
            except aiohttp.ClientError:
                return
            for sent, result in zip(batch, answer["results"], strict=True):
                if result.get("event"):
                    yield int(sent["id"][1:]), result


async def kill_in_the_middle(service: Service, first: int) -> dict[int, dict[str, Any]]:
    """Let it work a moment, kill it while it does, and give what it had acknowledged."""
    acknowledged = {}
    async for number, result in post_until_it_dies(service, first):
        acknowledged[number] = result
        if len(acknowledged) == 10 * BATCH:
            service.kill()
    return acknowledged


async def told(client: aiohttp.ClientSession) -> list[str]:
    """Read every timeline to its end; give the ids of the events that were posted."""
    found: list[str] = []
    for n in range(CUSTOMERS):
        handle = quote(f"tel:+1415555{2000 + n}")
        customer = (await ask(client, "GET", f"/v1/context?handle={handle}"))["customer"]["id"]
        before: str | None = ""
        while before is not None:
            path = f"/v1/customers/{customer}/timeline?limit=100" + (f"&before={before}" if before else "")
            page = await ask(client, "GET", path)
            found += [entry["id"] for entry in page["events"] if entry["source"] == "chaos"]
            before = page["next"]
    return found


async def items_of(client: aiohttp.ClientSession) -> int:
    """Count the open items in the queue."""
    totals = (await ask(client, "GET", "/v1/queues/support"))["totals"]
    return int(totals["waiting"] + totals["offered"] + totals["active"])


async def test_every_acknowledged_event_is_there_once(service: Service) -> None:
    """Killed in the middle of batches five times; nothing acknowledged is lost, nothing is there twice.

    And every replay gets the answer of the first time: the item too, whoever died before writing it down.
    """
    async with service.client() as client:
        await ask(client, "PUT", "/v1/queues/support", {})
    acknowledged: dict[int, dict[str, Any]] = {}
    for turn in range(ROUNDS):
        acknowledged.update(await kill_in_the_middle(service, turn * 10_000))
        service.start()
    assert len(acknowledged) >= ROUNDS * 10 * BATCH
    async with service.client() as client:
        again = await ask(client, "POST", "/v1/events", [event(n) for n in acknowledged])
        for first, result in zip(acknowledged.values(), again["results"], strict=True):
            assert result == {**first, "item": first["item"] or result["item"], "duplicate": True}
        found = await told(client)
        assert len(found) == len(set(found))
        assert {f"m{n}" for n in acknowledged} <= set(found)
        async with asyncio.timeout(20):
            while await items_of(client) != CUSTOMERS:  # noqa: ASYNC110 - no signal tells strangers that it is done
                await asyncio.sleep(0.1)
