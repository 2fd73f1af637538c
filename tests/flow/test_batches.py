"""What comes in one batch: it stays in its order, and each event of it gets the same answer again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import servers
from service import Service, ask

TEL = "+14155550188"


@pytest.fixture
def service(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start the router on the server of this run, in a workspace of this test alone."""
    made = Service(tmp_path, f'[server]\nworkspace = "t{uuid4().hex[:12]}"', server.url)
    made.start()
    yield made
    assert made.stop() == 0


def said(number: int, thread: str) -> dict[str, Any]:
    """Write one line of a chat, as a source does that does not know the time."""
    return {
        "id": f"line-{number}", "source": "chats", "channel": "chat", "kind": "message", "direction": "in",
        "author": "customer", "customer": {"type": "tel", "value": TEL}, "thread": thread, "text": "and",
    }  # fmt: skip


async def test_a_batch_without_times_keeps_its_order(service: Service) -> None:
    """All of it is received in a few milliseconds; the order of arrival is the order of the timeline."""
    batch = [said(number, "one") for number in range(60)]
    async with service.client() as client:
        await ask(client, "POST", "/v1/events", batch[:50])
        for one in batch[50:]:
            await ask(client, "POST", "/v1/events", one)
        customer = (await ask(client, "GET", f"/v1/context?handle={quote('tel:' + TEL)}"))["customer"]["id"]
        page = await ask(client, "GET", f"/v1/customers/{customer}/timeline?limit=60")
    assert [event["id"] for event in page["events"]] == [one["id"] for one in reversed(batch)]


async def test_every_event_of_a_batch_remembers_its_item(service: Service) -> None:
    """Also those that are not the last of their conversation."""
    batch = [said(number, f"thread-{number % 3}") for number in range(12)]
    async with service.client() as client:
        first = (await ask(client, "POST", "/v1/events", batch))["results"]
        again = (await ask(client, "POST", "/v1/events", batch[::-1]))["results"]
    assert len({result["item"] for result in first} - {None}) == 3
    assert again == [{**result, "duplicate": True} for result in reversed(first)]
