"""A call whose legs name nobody: the thread leads them to the caller, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import pytest
import servers
from service import Service, ask

TEL = "+14155550166"


@pytest.fixture
def service(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start the router on the server of this run, in a workspace of this test alone."""
    made = Service(tmp_path, f'[server]\nworkspace = "t{uuid4().hex[:12]}"', server.url)
    made.start()
    yield made
    assert made.stop() == 0


def part(name: str, status: str, at: int, **more: Any) -> dict[str, Any]:
    """Write a step of the call, so many seconds after it began."""
    return {
        "id": f"{name}-{status}", "source": "pbx", "channel": "voice", "medium": "pstn", "kind": "call",
        "thread": "call-1", "status": status, "occurred_at": f"2026-03-02T09:00:{at:02}Z", **more,
    }  # fmt: skip


CALLER: dict[str, Any] = {"direction": "in", "author": "customer", "customer": {"type": "tel", "value": TEL}}
LEG: dict[str, Any] = {"direction": "out", "agent": "ada", "call": {"id": "call-1", "leg": "leg-1"}}
RINGS, OVER = part("caller", "offered", 0, **CALLER), part("caller", "ended", 40, **CALLER)
SPEAKS, LEAVES = part("leg", "answered", 10, author="agent", **LEG), part("leg", "ended", 39, **LEG)


async def context(client: aiohttp.ClientSession) -> Any:
    """Read what is known of the caller."""
    return await ask(client, "GET", f"/v1/context?handle={quote('tel:' + TEL)}")


@pytest.mark.parametrize(
    "order",
    [(RINGS, SPEAKS, LEAVES, OVER), (SPEAKS, RINGS, OVER, LEAVES), (LEAVES, SPEAKS, OVER, RINGS)],
    ids=["in time", "leg first", "backwards"],
)
async def test_a_leg_in_progress_answers_the_call(
    service: Service, order: tuple[dict[str, Any], ...]
) -> None:
    """One contact and no abandon; the caller has one address, and all four steps."""
    async with service.client() as client:
        for one in order:
            await ask(client, "POST", "/v1/events", one)
        found = await context(client)
    assert {event["id"] for event in found["events"]} >= {one["id"] for one in order}
    assert [handle["type"] for handle in found["handles"]] == ["tel"]
    assert (found["journey"]["contacts"], found["journey"]["attempts"]) == (1, 1)


async def test_a_thread_of_two_customers_joins_nobody(service: Service) -> None:
    """What names nobody goes to the first of them; the two stay two."""
    other = {"type": "tel", "value": "+14155550167"}
    async with service.client() as client:
        for one in (RINGS, SPEAKS, part("other", "offered", 20, **{**CALLER, "customer": other}), LEAVES):
            await ask(client, "POST", "/v1/events", one)
        found = await context(client)
        second = await ask(client, "GET", f"/v1/context?handle={quote('tel:' + other['value'])}")
    assert {event["id"] for event in found["events"]} >= {"leg-answered", "leg-ended"}
    assert {event["id"] for event in second["events"]} == {"other-offered"}
