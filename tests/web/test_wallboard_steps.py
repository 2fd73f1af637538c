"""Where there is nothing to see the board says what to do, and doing just that works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import servers
from playwright.async_api import Page, expect
from service import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def empty(server: servers.Server, tmp_path: Path) -> Iterator[Service]:
    """Start a router that nobody has set up."""
    config = f'[server]\nworkspace = "t{uuid4().hex[:12]}"\n'
    made = Service(tmp_path, config, server.url)
    made.start()
    yield made
    made.stop()


async def shell(command: str, key: str) -> None:
    """Run a command in a shell, as who reads the page would."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", f"{command} --fail --silent --show-error",
        env={"ROUTER_KEY": key, "ROUTER_ADMIN_KEY": key},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


async def test_each_step_leads_to_the_next(page: Page, empty: Service) -> None:
    """An agent, available, a message: three commands, copied as they stand, and the board lives."""
    await page.goto(f"{empty.addresses['http']}/#key={empty.key}")
    step = page.locator(".steps")
    for title in ("There is no agent yet", "Nobody is available", "All quiet"):
        await expect(step.locator("h2")).to_have_text(title, timeout=10_000)
        await shell(await step.locator("code").inner_text(), empty.key)
    await expect(page.locator('.card[data-channel="sms"] .card-counts')).to_contain_text(
        "offered1", timeout=5000
    )
    await expect(step).to_be_hidden()


async def test_without_a_key_the_page_says_how_to_make_one(page: Page, empty: Service) -> None:
    """The command of the sign-in form makes a key that opens the board."""
    await page.goto(empty.addresses["http"])
    await page.get_by_text("Make such a key").click()
    command = await page.locator(".signin code").inner_text()
    await shell(f"{command} -o {empty.folder / 'made.json'}", empty.key)
    key = (empty.folder / "made.json").read_text().partition('"key":"')[2].partition('"')[0]
    await page.get_by_label("API key of a supervisor").fill(key)
    await page.get_by_role("button", name="Open the board").click()
    await expect(page.locator("#link-text")).to_have_text("Live", timeout=10_000)
