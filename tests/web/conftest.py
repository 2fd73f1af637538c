"""A browser, and pages of a real router or of a server that follows a script."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
import servers
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from service import Service

sys.path.insert(0, str(Path(__file__).parent))  # so that tests find scripted.py

from scripted import Scripted

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-background-networking"]  # a container's root has no sandbox
CONFIG = """
[server]
workspace = "{workspace}"

[queues.support]
targets = {{ chat = 40 }}
wrap_up_s = 0

[agents.ada]
name = "Ada <b>Lovelace</b>"
queues = ["support"]
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start a real Chromium, once: it takes as long as all the rest. Tests that use it share its loop."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Open a window of the size of a small desk."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """Open a tab; whatever it complains of fails the test."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield page
    assert complaints == []


@pytest.fixture
def service(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start a router with one queue and one agent, in a workspace of this test alone."""
    made = Service(tmp_path, CONFIG.format(workspace=f"t{uuid4().hex[:12]}"), server.url)
    made.start()
    yield made
    made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def scripted() -> AsyncIterator[Scripted]:
    """Serve the page from a server that says what the test tells it."""
    async with Scripted() as made:
        yield made
