"""The chat in a real browser on a real router: said, answered, kept over a reload and a dead router."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest
import pytest_asyncio
import servers
from aiohttp import web
from chatting import CONFIG, token
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, expect
from service import Service, ask

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOKS = Path(__file__).with_name("looks.js").read_text("utf-8")
SOON_MS = 8000


@pytest.fixture
def workspace() -> str:
    """Name a workspace of this test alone."""
    return f"t{uuid4().hex[:12]}"


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """Serve a company's site."""
    async with Site() as made:
        yield made


@pytest.fixture
def service(server: servers.Server, tmp_path: Path, workspace: str, site: Site) -> Iterator[Service]:
    """Start a router whose chat the site may show."""
    config = CONFIG.format(workspace=workspace).replace("https://shop.example", site.url)
    made = Service(tmp_path, config, server.url)
    site.router, site.workspace = made, workspace
    made.start()
    yield made
    made.stop()


class Site:
    """A company's site: a page with the chat on it, and tokens for the visitor it knows."""

    def __init__(self) -> None:
        self.url, self.workspace = "", ""
        self.router: Service | None = None
        self.signed = False

    async def __aenter__(self) -> Self:
        """Listen on any free port of this machine."""
        app = web.Application()
        app.add_routes([web.get("/", self._page), web.get("/chat-token", self._token)])
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._runner.cleanup()

    async def _page(self, _: web.Request) -> web.Response:
        assert self.router is not None
        more = 'data-token-url="/chat-token"' if self.signed else ""
        address = f"{self.router.addresses['http']}/chat/embed.js"
        script = f'<script src="{address}" data-account="main" {more}></script>'
        return web.Response(text=f"<!doctype html><h1>Shop</h1>{script}", content_type="text/html")

    async def _token(self, _: web.Request) -> web.Response:
        return web.json_response({"token": token(self.workspace, visitor="cust-17", name="Ada")})


async def started(page: Page, service: Service, name: str = "Ada") -> None:
    """Open the page and begin a chat."""
    await page.goto(f"{service.addresses['http']}/chat")
    await page.get_by_label("Your name, if you like").fill(name)
    await page.keyboard.press("Enter")
    await connected(page)


async def connected(page: Page | FrameLocator) -> None:
    """Wait until the line is there."""
    await expect(page.locator("#state-text")).to_have_text("Connected", timeout=SOON_MS)


async def write(page: Page | FrameLocator, text: str) -> None:
    """Write a message and send it by the key."""
    await page.get_by_label("Message", exact=True).fill(text)
    await page.get_by_label("Message", exact=True).press("Enter")


def said(page: Page | FrameLocator) -> Any:
    """Give the messages."""
    return page.locator(".said .bubble")


async def answer(service: Service, text: str) -> None:
    """Let an agent answer whoever waits."""
    async with service.client() as client:
        (item,) = (await ask(client, "GET", "/v1/items?queue=support"))["items"]
        body = {"text": text, "agent": "ada"}
        await ask(client, "POST", f"/v1/conversations/{item['conversation']}/messages", body)


async def test_a_visitor_writes_an_agent_answers_and_a_reload_goes_on(page: Page, service: Service) -> None:
    """Ticks follow; the same visitor is there after a reload, with everything that was said."""
    await started(page, service)
    await expect(page.locator("#empty")).to_be_visible()
    await write(page, "Where is <b>my</b> order?")
    await expect(said(page)).to_have_text(["You: Where is <b>my</b> order?"])
    await expect(page.locator(".said")).to_have_attribute("data-tick", "delivered", timeout=SOON_MS)
    await answer(service, "It is on its way")
    await expect(said(page)).to_have_text(
        ["You: Where is <b>my</b> order?", "Agent: It is on its way"], timeout=SOON_MS
    )
    await expect(page.locator(".said").first).to_have_attribute("data-tick", "read")
    async with service.client() as client, asyncio.timeout(20):
        while True:
            (item,) = (await ask(client, "GET", "/v1/items?queue=support"))["items"]
            seen = await ask(client, "GET", f"/v1/customers/{item['customer']}/context")
            if seen["events"][0].get("status") == "read":
                break
            await asyncio.sleep(0.05)
    assert seen["customer"]["name"] == "Ada"
    await page.reload()
    await connected(page)
    await expect(said(page)).to_have_count(2)
    await write(page, "Thank you")
    await expect(said(page)).to_have_count(3)


async def test_two_tabs_have_one_chat(page: Page, service: Service) -> None:
    """What is written in one is in the other."""
    await started(page, service)
    other = await page.context.new_page()
    await other.goto(f"{service.addresses['http']}/chat")
    await connected(other)
    await write(page, "From one")
    await write(other, "From the other")
    for tab in (page, other):
        await expect(said(tab)).to_have_count(2, timeout=SOON_MS)


async def test_what_is_written_while_the_router_is_dead_is_kept_once(page: Page, service: Service) -> None:
    """The page says that the line is gone, keeps what is written over a reload, and sends it in order."""
    await started(page, service)
    await write(page, "before")
    await expect(page.locator('.said[data-tick="delivered"]')).to_have_count(1, timeout=SOON_MS)
    port = int(service.addresses["http"].rpartition(":")[2])
    service.kill()
    await expect(page.get_by_role("alert")).to_contain_text("try again", timeout=SOON_MS)
    for text in ("while it was dead", "and more"):
        await write(page, text)
    await expect(page.locator('.said[data-tick="sending"]')).to_have_count(2)
    service.start(port)
    await connected(page)
    texts = ["You: before", "You: while it was dead", "You: and more"]
    await expect(said(page)).to_have_text(texts, timeout=SOON_MS)
    await expect(page.locator('.said[data-tick="delivered"]')).to_have_count(3, timeout=SOON_MS)
    await page.reload()
    await connected(page)
    await expect(said(page)).to_have_text(texts, timeout=SOON_MS)


async def test_a_long_chat_opens_at_its_end_and_is_not_read_out(page: Page, service: Service) -> None:
    """What was there before is silent to a screen reader, what comes is not; and the newest is in sight."""
    await started(page, service)
    for number in range(25):
        await write(page, f"line {number}")
    await expect(page.locator('.said[data-tick="delivered"]')).to_have_count(25, timeout=4 * SOON_MS)
    await page.reload()
    await connected(page)
    await expect(said(page)).to_have_count(25)
    await expect(said(page).last).to_be_in_viewport()
    log = page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "off")
    await answer(service, "An answer")
    await expect(said(page)).to_have_count(26, timeout=SOON_MS)
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(said(page).last).to_be_in_viewport()


async def test_somebody_else_begins_anew(page: Page, service: Service) -> None:
    """Nothing of the one before is left in the tab."""
    await started(page, service)
    await write(page, "My secret")
    await expect(page.locator('.said[data-tick="delivered"]')).to_have_count(1, timeout=SOON_MS)
    await page.reload()
    await connected(page)
    await page.get_by_role("button", name="Begin as somebody else").click()
    await page.get_by_role("button", name="Start the chat").click()
    await connected(page)
    await expect(page.locator("#empty")).to_be_visible()
    await expect(said(page)).to_have_count(0)


# -- on a site --------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed", [False, True])
async def test_one_line_puts_it_on_a_site(page: Page, service: Service, site: Site, signed: bool) -> None:
    """A button opens the frame; a visitor the site knows is that visitor; Escape closes it again."""
    site.signed = signed
    await page.goto(site.url)
    button = page.get_by_role("button", name="Chat")
    assert await page.locator("iframe").count() == 0
    await button.click()
    frame = page.frame_locator("iframe")
    await connected(frame)
    await write(frame, "Hello from the shop")
    await expect(frame.locator(".said")).to_have_attribute("data-tick", "delivered", timeout=SOON_MS)
    async with service.client() as client:
        (item,) = (await ask(client, "GET", "/v1/items?queue=support"))["items"]
        seen = await ask(client, "GET", f"/v1/customers/{item['customer']}/context")
    assert (seen["handles"][0]["value"] == "main/cust-17") is signed
    await page.keyboard.press("Escape")
    await expect(page.locator("iframe")).to_be_hidden()
    await expect(button).to_have_attribute("aria-expanded", "false")
    await answer(service, "Good morning")
    await expect(page.get_by_role("button", name="Chat, a new message")).to_be_visible(timeout=SOON_MS)


async def test_another_site_may_not_show_it(context: BrowserContext, service: Service) -> None:
    """The browser itself keeps it out of the frame, and says why."""
    page = await context.new_page()
    async with Site() as stranger:
        stranger.router = service
        await page.goto(stranger.url)
        async with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            await page.get_by_role("button", name="Chat").click()
        assert await page.frame_locator("iframe").locator("#chat").count() == 0


# -- looks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_it_can_be_read(browser: Browser, service: Service, scheme: Any, width: int) -> None:
    """Contrast, targets, names, no sideways scrolling: at the beginning, in a chat, when the line is gone."""
    context = await browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(f"{service.addresses['http']}/chat")
    await expect(page.get_by_text("Try it")).to_be_visible()
    assert (await page.evaluate(LOOKS))["faults"] == []
    await page.get_by_role("button", name="Start the chat").click()
    await connected(page)
    await write(page, "A question with a-very-long-word-" + "x" * 80)
    await expect(page.locator('.said[data-tick="delivered"]')).to_have_count(1, timeout=SOON_MS)
    await answer(service, "An answer\nof two lines")
    await expect(said(page)).to_have_count(2, timeout=SOON_MS)
    assert (await page.evaluate(LOOKS))["faults"] == []
    service.kill()
    await expect(page.get_by_role("alert")).to_be_visible(timeout=SOON_MS)
    assert (await page.evaluate(LOOKS))["faults"] == []
    await context.close()


async def test_without_an_account_it_says_what_to_do(
    page: Page, server: servers.Server, tmp_path: Path
) -> None:
    """The lines of the configuration, to be copied."""
    bare = Service(tmp_path, f'[server]\nworkspace = "t{uuid4().hex[:12]}"\n', server.url)
    bare.start()
    await page.goto(f"{bare.addresses['http']}/chat")
    await expect(page.get_by_text("[channels.chat.web.main]")).to_be_visible()
    assert (await page.evaluate(LOOKS))["faults"] == []
    bare.stop()
