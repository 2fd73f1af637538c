"""The wallboard can be read and used: contrast, targets, names, keys, on every screen and theme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from scripted import KEY, Scripted, agent, queue

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOKS = Path(__file__).with_name("looks.js").read_text("utf-8")
FILLED = """async () => {
  const filled = () => document.getElementById("board").getBoundingClientRect().bottom / innerHeight;
  while (filled() > 1 || filled() < 0.9) await new Promise(requestAnimationFrame);
}"""
SCREENS = {"desk": (1280, 800), "large": (1920, 1080), "telephone": (390, 844)}


def busy(scripted: Scripted) -> None:
    """Let there be every level, every state of agents, and a queue with a long name."""
    late, soon, good = ({"waiting": 14, "active": 2, "oldest_s": s} for s in (900, 35, 2))
    long_name = "a-queue-with-a-name-that-is-long"
    scripted.queues[:] = [
        queue("support", {"chat": 40, "voice": 40, "sms": 40}, chat=late, voice=soon, sms=good, email=good),
        queue(long_name, {}, social=late),
    ]
    away = {**agent("mary", "away"), "reason": "lunch"}
    scripted.agents[:] = [agent("ada"), agent("grace", load=1.0), away, agent("sofia", "offline")]


async def opened(page: Page, scripted: Scripted, path: str = "/", key: str = KEY) -> None:
    """Open the board and wait until its reports are there, too."""
    await page.goto(f"{scripted.url}{path}#key={key}")
    await expect(page.locator(".flow")).to_be_visible()
    await expect(page.locator(".card").first).to_be_visible()


async def faults(page: Page) -> list[str]:
    """Look for what somebody would trip over; there must be something to look at."""
    found: dict[str, Any] = await page.evaluate(LOOKS)
    assert found["texts"] > 5
    return list(found["faults"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_busy_board_can_be_read(
    browser: Browser, scripted: Scripted, scheme: Any, screen: str
) -> None:
    """Contrast 4.5, targets of 24 px, a name for everything, no sideways scrolling: on every screen."""
    busy(scripted)
    width, height = SCREENS[screen]
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = await context.new_page()
    await opened(page, scripted)
    assert await faults(page) == []
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_form_and_the_help_can_be_read(browser: Browser, scripted: Scripted, scheme: Any) -> None:
    """So can the sign-in, its refusal and the help."""
    context = await browser.new_context(color_scheme=scheme)
    page = await context.new_page()
    await page.goto(f"{scripted.url}/#key=wrong")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_text("Make such a key").click()
    assert await faults(page) == []
    await page.get_by_role("button", name="Help").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await faults(page) == []
    await context.close()


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
async def test_a_tv_shows_all_and_nothing_to_press(
    browser: Browser, scripted: Scripted, size: tuple[int, int]
) -> None:
    """The board fills the wall: nothing is cut off, less than a tenth is left, no buttons, dark."""
    busy(scripted)
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme="light")
    page = await context.new_page()
    await opened(page, scripted, "/?tv=1")
    await page.evaluate(FILLED)
    assert await page.get_by_role("button").count() == 0
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert await faults(page) == []
    await context.close()


async def test_keys_do_what_the_help_says(page: Page, scripted: Scripted) -> None:
    """T turns the theme, V goes to the wall and back, K forgets the key, ? helps; all can be switched off."""
    await opened(page, scripted)
    await page.keyboard.press("t")
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.get_by_label("Single keys work").uncheck()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.keyboard.press("t")
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"
    await page.evaluate("localStorage.setItem('router.shortcuts', 'on')")
    await page.reload()
    await expect(page.locator(".card").first).to_be_visible()
    await page.keyboard.press("v")
    await page.wait_for_url("**/?tv=1")
    await expect(page.locator(".card").first).to_be_visible()
    await page.keyboard.press("v")
    await page.wait_for_url(scripted.url + "/")
    await expect(page.locator(".card").first).to_be_visible()
    await page.keyboard.press("k")
    await expect(page.get_by_label("API key of a supervisor")).to_be_focused()
    assert await page.evaluate("sessionStorage.getItem('router.key')") is None


async def test_the_keyboard_reaches_everything_and_sees_where_it_is(page: Page, scripted: Scripted) -> None:
    """The first stop skips to the board; each stop has an outline."""
    busy(scripted)
    await opened(page, scripted)
    stops = []
    for _ in range(8):
        await page.keyboard.press("Tab")
        width = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        stops.append(await page.evaluate("document.activeElement.textContent.trim().slice(0, 17)"))
        assert width == "3px", stops
        if len(stops) == 1:
            await expect(page.locator(".skip")).to_be_in_viewport()
    assert stops[:4] == ["Skip to the board", "Auto", "TV", "Help"]


async def test_nothing_moves_for_those_who_do_not_want_it(page: Page, scripted: Scripted) -> None:
    """With reduced motion there is no transition and no animation."""
    busy(scripted)
    await opened(page, scripted)
    moving = """[...document.querySelectorAll('*')].map(getComputedStyle)
      .filter((s) => s.animationName !== 'none' || s.transitionDuration !== '0s').length"""
    assert await page.evaluate(moving) == 0


async def test_numbers_are_no_live_region(page: Page, scripted: Scripted) -> None:
    """A screen reader hears one sentence now and then, not every number that changes."""
    await opened(page, scripted)
    regions = page.locator("[aria-live], [role=status], [role=alert], [role=log]")
    assert await regions.evaluate_all("(all) => all.map((one) => one.id)") == ["spoken"]
    await expect(page.locator("#spoken")).to_have_attribute("aria-live", "polite")
