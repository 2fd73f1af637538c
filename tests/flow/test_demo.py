"""``router demo`` as a newcomer sees it: it starts, moves, does what it says, ends, goes on later."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import pytest
from playwright.async_api import async_playwright

from router.demo.people import person

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SEEN_MS = 1000
"""So soon what the printed command sends must be seen."""


ENDED = " stops everything. The data stay in .router-data; delete it to begin anew.\n\nStopped.\n"
"""All that it says after it is ready: no log line, no trace."""


MOVES = """(times) => new Promise((done) => {
  const seen = new Set(), cards = document.querySelector(".cards");
  new MutationObserver(() => {
    seen.add(cards.innerText.replace(/oldest.*/g, ""));
    if (seen.size >= times) done(seen.size);
  }).observe(cards, { subtree: true, childList: true, characterData: true });
})"""
"""Waits until the cards have shown so many different depths, ages aside."""


class Demo:
    """The command in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.process: asyncio.subprocess.Process | None = None
        self.words = ""
        self.ready_s = 0.0

    async def start(self, seconds: float | None = None, port: int | None = 0) -> None:
        """Start it and read what it says until it is ready."""
        more = [] if seconds is None else ["--seconds", str(seconds)]
        more += [] if port is None else ["--port", str(port)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")}
        began = time.monotonic()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "router", "demo", *more,
            cwd=self._folder, env=clean, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.words = (await self.process.stdout.readuntil(b"Ctrl-C")).decode()
        self.ready_s = time.monotonic() - began

    async def end(self, number: int | None = None) -> tuple[int, str]:
        """Send a signal, or wait until it ends by itself; give its exit code and what it said since."""
        assert self.process is not None
        if number is not None and self.process.returncode is None:
            self.process.send_signal(number)
        rest, _ = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, rest.decode()

    def said(self, pattern: str) -> str:
        """Find something in its words."""
        found = re.search(pattern, self.words)
        assert found, self.words
        return found[1]

    @property
    def data(self) -> Path:
        """Give the folder of its data."""
        return self._folder / ".router-data"

    @property
    def http(self) -> str:
        """Give its address."""
        return self.said(r"(http://[\d.:]+)/#key")

    def key(self, name: str) -> str:
        """Give a key by the name it is printed with."""
        return self.said(rf"Key, {name}\s+(\S+)")

    async def get(self, path: str, name: str = "admin") -> Any:
        """Read from its API; None where there is nothing."""
        headers = {"Authorization": f"Bearer {self.key(name)}"}
        async with aiohttp.ClientSession(headers=headers) as client, client.get(self.http + path) as reply:
            assert reply.status in {200, 404}, (path, reply.status)
            return msgspec.json.decode(await reply.read()) if reply.status == 200 else None


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """Give the demo in an empty folder; nothing of it stays."""
    made = Demo(tmp_path)
    yield made
    if made.process is not None and made.process.returncode is None:
        await made.end(signal.SIGTERM)


async def test_the_board_of_the_printed_address_moves(demo: Demo) -> None:
    """Its link needs no typing; within seconds depth changes, again and again, and reports have figures."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH")
    await demo.start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(demo.said(r"Wallboard\s+(\S+)"))
        await page.locator(".card").first.wait_for()
        assert await page.evaluate(MOVES, 8) == 8
        await page.locator(".flow td b").first.wait_for()
        await page.get_by_text("One channel alone would claim").wait_for()
        assert await page.locator(".agent-name").count() == 6
        await browser.close()
    assert await demo.end(signal.SIGINT) == (0, ENDED)


async def test_a_visitor_of_the_printed_chat_is_answered(demo: Demo) -> None:
    """Whoever writes there without a word of set-up has one of the demo's agents answer them."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the PATH")
    await demo.start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(demo.said(r"Web chat\s+(\S+)"))
        await page.get_by_role("button", name="Start the chat").click()
        await page.get_by_label("Message", exact=True).fill("Is anybody there?")
        await page.keyboard.press("Enter")
        await page.locator('.said[data-tick="read"]').wait_for(timeout=90_000)
        await page.get_by_text("We look into it").wait_for()
        await browser.close()
    assert await demo.end(signal.SIGINT) == (0, ENDED)


async def test_the_printed_command_is_seen_within_a_second(demo: Demo) -> None:
    """Run in a shell as it stands, its text is an item on the feed before a second is over."""
    await demo.start()
    command = demo.said(r"(?s)(curl .*?\}')")
    headers = {"Authorization": f"Bearer {demo.key('supervisor')}"}
    feed = f"{demo.http}/v1/stream?topics=item"
    async with aiohttp.ClientSession(headers=headers) as client, client.get(feed) as stream:
        assert (await stream.content.readuntil(b"event: reset")).endswith(b"reset")
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", f"{command} --silent --fail", stdout=asyncio.subprocess.PIPE
        )
        answer, _ = await shell.communicate()
        (result,) = msgspec.json.decode(answer)["results"]
        assert result["item"] is not None
        async with asyncio.timeout(SEEN_MS / 1000):
            while result["item"].encode() not in await stream.content.readline():
                pass
    context = await demo.get(f"/v1/context?handle={quote('tel:+14155550100')}")
    assert context["events"][-1]["text"] == "Where is my order?"


async def test_the_past_makes_figures(demo: Demo) -> None:
    """FCR and switches rest on two weeks; after the time it is given it ends without a complaint."""
    await demo.start(8)
    fcr = await demo.get("/v1/reports/fcr", "supervisor")
    while fcr["total"]["episodes"] < 500:  # the rows of an import follow within seconds
        fcr = await demo.get("/v1/reports/fcr", "supervisor")
    assert 0.5 < fcr["total"]["net"]["value"] < fcr["total"]["siloed"]["value"] < 1
    switches = await demo.get("/v1/reports/switches", "supervisor")
    assert switches["total"]["customer"] > 50
    assert switches["total"]["company"] > 10
    assert await demo.end() == (0, ENDED)


async def test_agents_serve_every_channel(demo: Demo) -> None:
    """On the feed there is work in hand on all five, as customers come by each door."""
    await demo.start()
    headers = {"Authorization": f"Bearer {demo.key('supervisor')}"}
    feed, served = f"{demo.http}/v1/stream?topics=depth", set()
    async with aiohttp.ClientSession(headers=headers) as client, client.get(feed) as stream:
        while served != {"voice", "email", "chat", "sms", "social"}:
            line = await stream.content.readline()
            fact = msgspec.json.decode(line[5:]) if line.startswith(b"data:") else {}
            if fact.get("active"):
                served.add(fact["channel"])
    assert await demo.end(signal.SIGTERM) == (0, ENDED)


async def test_a_second_start_goes_on(demo: Demo) -> None:
    """The same keys, the same past, nothing of it twice, also where the first telling was interrupted."""
    await demo.start()
    first, keys = await whole(demo), [demo.key(name) for name in ("admin", "agent ada")]
    assert (await demo.end(signal.SIGTERM))[0] == 0
    await demo.start()
    assert demo.ready_s < 8
    assert [demo.key(name) for name in ("admin", "agent ada")] == keys
    assert await whole(demo) == first
    await demo.end(signal.SIGTERM)
    file = demo.data / "demo.json"
    file.write_bytes(file.read_bytes().replace(b'"past_told":true', b'"past_told":false'))
    await demo.start()
    assert "refused" not in demo.words
    assert await whole(demo) == first
    await demo.end(signal.SIGTERM)


async def test_another_store_is_told_the_past_too(demo: Demo) -> None:
    """The keys we remember are unknown to it, so it gets new ones and everything else."""
    await demo.start()
    first, key = await whole(demo), demo.key("admin")
    await demo.end(signal.SIGTERM)
    shutil.rmtree(demo.data / "appendonlydir")
    await demo.start()
    assert demo.key("admin") != key
    assert len(await whole(demo)) == len(first)
    await demo.end(signal.SIGTERM)


async def test_a_taken_port_is_no_reason_not_to_start(demo: Demo) -> None:
    """Where nobody named a port it takes any that is free."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody else may have it, which does as well
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        await demo.start(0.1, port=None)
        assert not demo.http.endswith(":8080")
        assert (await demo.end())[0] == 0


async def whole(demo: Demo) -> list[str]:
    """Give the ids of everything that is known of some people of the past."""
    found = []
    for number in range(0, 500, 10):
        context = await demo.get(f"/v1/context?handle={quote('tel:' + person(number).tel)}")
        found += [event["id"] for event in context["events"]] if context else []
    past = [name for name in found if name.startswith(("past-", "login-"))]
    assert len(past) > 50
    return sorted(past)
