"""The wallboard on a real router: what comes in is seen, what is done is seen, nothing else is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from service import Service, ask

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOON_MS = 5000
"""A page has this long where something must be seen at once; a busy machine may need more than a second."""


def event(**fields: Any) -> dict[str, Any]:
    """Give a chat message of a customer."""
    base = {"id": uuid4().hex, "source": "test", "channel": "chat", "kind": "message", "direction": "in"}
    visitor = {"type": "web-visitor", "value": "v1"}
    return base | {"author": "customer", "customer": visitor, "queue": "support", "text": "Hello"} | fields


async def opened(page: Page, service: Service) -> None:
    """Open the board as the demo's link does."""
    await page.goto(f"{service.addresses['http']}/#key={service.key}")
    await expect(page.locator("#link-text")).to_have_text("Live", timeout=SOON_MS)


def waiting(page: Page, channel: str) -> Any:
    """Give the big number of a channel's card."""
    return page.locator(f'.card[data-channel="{channel}"] .big')


async def test_the_key_leaves_the_address_at_once(page: Page, service: Service) -> None:
    """It lies in the tab's storage only, and no request carries it in its address."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await opened(page, service)
    assert page.url == service.addresses["http"] + "/"
    assert await page.evaluate("sessionStorage.getItem('router.key')") == service.key
    assert not [url for url in asked if service.key in url]
    assert {url.split("/")[2] for url in asked} == {service.addresses["http"].removeprefix("http://")}


async def test_depth_follows_what_happens(page: Page, service: Service) -> None:
    """A message waits, is offered, is being served, is done: each is seen without a reload."""
    await opened(page, service)
    await expect(waiting(page, "chat")).to_have_text("0")
    async with service.client() as client:
        await ask(client, "POST", "/v1/events", event())
        await expect(waiting(page, "chat")).to_have_text("1", timeout=SOON_MS)
        cell = page.locator("tr", has_text="support").locator("td").nth(1)
        await expect(cell.locator(".cell-waiting")).to_have_text("1")
        await ask(client, "POST", "/v1/agents/ada/state", {"state": "available"})
        await expect(waiting(page, "chat")).to_have_text("0", timeout=SOON_MS)
        (offer,) = (await ask(client, "GET", "/v1/agents/ada/offers"))["offers"]
        held = await ask(client, "POST", f"/v1/offers/{offer['id']}/accept", {"agent": "ada"})
        counts = page.locator('.card[data-channel="chat"] .card-counts')
        await expect(counts).to_have_text("offered0active1wrapping0", timeout=SOON_MS)
        await expect(page.locator(".agent-doing")).to_have_text("busy")
        done = {"offer": held["offer"], "agent": "ada", "outcome": "resolved"}
        await ask(client, "POST", f"/v1/items/{held['id']}/complete", done)
        await expect(counts).to_have_text("offered0active0wrapping0", timeout=SOON_MS)
        await expect(page.locator(".agent-doing")).to_have_text("free")


async def test_names_are_text_and_nothing_else(page: Page, service: Service) -> None:
    """Markup in a name is shown as it was written."""
    await opened(page, service)
    await expect(page.locator(".agent-name")).to_have_text("Ada <b>Lovelace</b>")
    assert await page.locator(".agent-name b").count() == 0


async def test_a_queue_made_later_comes_with_its_promise(page: Page, service: Service) -> None:
    """The feed names a queue the page does not know; its settings are fetched."""
    await opened(page, service)
    async with service.client() as client:
        await ask(client, "PUT", "/v1/queues/new", {"targets": {"chat": 77}})
        await ask(client, "POST", "/v1/events", event(queue="new"))
    cell = page.locator("tr", has_text="new").locator("td").nth(1)
    await expect(cell).to_have_attribute(
        "title", "offered 0, active 0, wrapping 0; target 77 s", timeout=SOON_MS
    )


@pytest.mark.parametrize("role", ["wrong", "agent"])
async def test_a_key_that_does_not_do_is_forgotten_with_words(
    page: Page, service: Service, role: str
) -> None:
    """An unknown key, and one that may not see the reports: the form comes back and says why."""
    key = "rk_nobody"
    if role == "agent":
        async with service.client() as client:
            made = await ask(client, "POST", "/v1/keys", {"role": "agent", "name": "x", "agent": "ada"})
            key = made["key"]
    await page.goto(service.addresses["http"])
    await page.get_by_label("API key of a supervisor").fill(key)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("key", timeout=SOON_MS)
    assert await page.evaluate("sessionStorage.length") in {0, 1}
    assert await page.evaluate("sessionStorage.getItem('router.key')") is None


async def test_a_router_that_dies_is_noticed(page: Page, service: Service) -> None:
    """Three seconds after the last sign of life the board says that it is stale, and for how long."""
    await opened(page, service)
    service.kill()
    await expect(page.locator("#link-text")).to_contain_text("Stale for", timeout=3 * SOON_MS)
    assert await page.locator("html[data-stale]").count() == 1


async def test_a_board_that_was_away_goes_on_where_it_was(page: Page, service: Service) -> None:
    """What happened while the browser was offline is there when it is back."""
    await opened(page, service)
    await page.context.set_offline(True)
    async with service.client() as client:
        await ask(client, "POST", "/v1/events", event())
    await page.context.set_offline(False)
    await expect(waiting(page, "chat")).to_have_text("1", timeout=6 * SOON_MS)
