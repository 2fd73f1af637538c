"""Web chat on a real service: what is said is kept once, in order, and every tab has it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import servers
from chatting import CONFIG, answered, context, opened, visiting
from service import Service, ask

MANY = 200


@pytest.fixture
def workspace() -> str:
    """Name a workspace of this test alone."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def service(server: servers.Server, tmp_path: Path, workspace: str) -> Iterator[Service]:
    """Start a router with a web chat."""
    made = Service(tmp_path, CONFIG.format(workspace=workspace), server.url)
    made.start()
    yield made
    assert made.stop() == 0


async def settled(client: aiohttp.ClientSession, status: str) -> None:
    """Wait until the newest event of the visitor has a status."""
    async with asyncio.timeout(20):
        while (await context(client))["events"][0].get("status") != status:  # noqa: ASYNC110 - no signal tells it
            await asyncio.sleep(0.05)


async def test_a_word_is_kept_and_every_tab_hears_it(service: Service, workspace: str) -> None:
    """The visitor's own too, in both tabs under one number; it waits for an agent in the account's queue."""
    async with (
        visiting(service, workspace, name="Ada") as (one, welcome),
        visiting(service, workspace) as (other, _),
    ):
        assert (welcome["visitor"], welcome["last_seq"], welcome["resume_from"]) == ("v1", 0, 0)
        cid = await one.write("Where is my order? ☃")
        ack = await one.kept(cid)
        heard = [(await tab.messages(1))[0] for tab in (one, other)]
        assert heard[0] == heard[1]
        assert (heard[0]["id"], heard[0]["seq"], heard[0]["cid"]) == (ack["id"], ack["seq"], cid)
        assert (heard[0]["author"], heard[0]["text"]) == ("customer", "Where is my order? ☃")
    async with service.client() as client:
        known = await context(client)
    assert [event["event"] for event in known["events"]] == [ack["id"]]
    assert [(item["queue"], item["channel"], item["label"]) for item in known["items"]] == [
        ("support", "chat", "chat")
    ]
    assert (known["customer"]["name"], known["events"][0]["thread"]) == ("Ada", "v1")


async def test_an_agents_answer_reaches_the_tabs_and_its_ticks_come_back(
    service: Service, workspace: str
) -> None:
    """Sent, delivered to an open tab, read; a tab that opens later is told how far reading came."""
    async with service.client() as client:
        async with visiting(service, workspace) as (tab, _):
            await tab.kept(await tab.write("Hello?"))
            sent = await answered(client, "Good morning")
            assert sent["status"] in {"queued", "sent", "delivered"}
            _, answer = await tab.messages(2)
            assert (answer["seq"], answer["author"], answer["text"]) == (2, "agent", "Good morning")
            await settled(client, "delivered")
            await tab.say("read", upto=2)
            await settled(client, "read")
        async with visiting(service, workspace) as (_, welcome):
            assert (welcome["last_seq"], welcome["read"]) == (2, 2)


async def test_what_is_said_while_nobody_is_there_waits(service: Service, workspace: str) -> None:
    """It is sent, not delivered; the next tab has it, and then it is."""
    async with service.client() as client:
        async with visiting(service, workspace) as (tab, _):
            await tab.kept(await tab.write("I have to go"))
            await tab.messages(1)
        await answered(client, "It is on its way")
        await settled(client, "sent")
        async with visiting(service, workspace, after=1) as (tab, welcome):
            assert (welcome["last_seq"], welcome["resume_from"]) == (2, 1)
            (answer,) = await tab.messages(1)
            assert (answer["seq"], answer["text"]) == (2, "It is on its way")
        await settled(client, "delivered")


async def test_a_tab_goes_on_where_it_was(service: Service, workspace: str) -> None:
    """Beyond its seq, without a gap; a seq that the log never gave means from the beginning."""
    async with visiting(service, workspace) as (tab, _):
        for number in range(5):
            await tab.kept(await tab.write(f"m{number}"))
    async with visiting(service, workspace, after=3) as (tab, _):
        assert [one["seq"] for one in await tab.messages(2)] == [4, 5]
    async with visiting(service, workspace, after=9) as (tab, welcome):
        assert welcome["resume_from"] == 0
        assert [one["text"] for one in await tab.messages(5)] == [f"m{number}" for number in range(5)]


async def test_a_word_said_again_is_the_same_word(service: Service, workspace: str) -> None:
    """From two tabs at once, and after a reload: one number, one event, the first text."""
    cid = str(uuid4())
    async with visiting(service, workspace) as (one, _), visiting(service, workspace) as (other, _):
        await asyncio.gather(*(tab.write("Hello", cid) for tab in (one, other, one, other)))
        acks = [await tab.kept(cid) for tab in (one, other, one, other)]
        assert len({(ack["id"], ack["seq"]) for ack in acks}) == 1
    async with visiting(service, workspace) as (tab, welcome):
        await tab.write("Hello, with other words", cid)
        assert await tab.kept(cid) == acks[0]
        assert welcome["last_seq"] == 1
    async with service.client() as client:
        assert [event["text"] for event in (await context(client))["events"]] == ["Hello"]


async def test_two_visitors_with_one_cid_are_two(service: Service, workspace: str) -> None:
    """Each has their own log and their own timeline."""
    cid = str(uuid4())
    async with (
        visiting(service, workspace) as (one, _),
        visiting(service, workspace, visitor="v2") as (other, _),
    ):
        acks = []
        for tab, text in ((one, "I am one"), (other, "I am two")):
            await tab.write(text, cid)
            acks.append(await tab.kept(cid))
        assert acks[0]["id"] != acks[1]["id"]
        assert [(await tab.messages(1))[0]["text"] for tab in (one, other)] == ["I am one", "I am two"]
    async with service.client() as client:
        found = [(await context(client, visitor))["events"] for visitor in ("v1", "v2")]
    assert [[event["text"] for event in events] for events in found] == [["I am one"], ["I am two"]]


async def test_an_address_the_site_vouches_for_joins(service: Service, workspace: str) -> None:
    """Whoever looks the address up finds the chat."""
    async with visiting(service, workspace, email="Ada@Shop.example") as (tab, _):
        await tab.kept(await tab.write("Hello"))
    async with service.client() as client, asyncio.timeout(20):
        while True:
            handles = (await context(client))["handles"]
            if {"web-visitor", "mailto"} <= {one["type"] for one in handles}:
                break
            await asyncio.sleep(0.05)


async def test_the_tabs_of_two_hundred_visitors(service: Service, workspace: str) -> None:
    """Each says a word and hears an answer to it, and nobody hears another's."""

    async def visit(number: int) -> None:
        async with visiting(service, workspace, visitor=f"v{number}") as (tab, _):
            ready.release()
            await begin.wait()
            await tab.kept(await tab.write(f"I am {number}"))
            assert [one["text"] for one in await tab.messages(1)] == [f"I am {number}"]

    ready, begin = asyncio.Semaphore(0), asyncio.Event()
    tabs = [asyncio.ensure_future(visit(number)) for number in range(MANY)]
    for _ in tabs:
        await ready.acquire()
    begin.set()
    await asyncio.gather(*tabs)
    async with service.client() as client:
        (queue,) = (q for q in (await ask(client, "GET", "/v1/queues"))["queues"] if q["id"] == "support")
    assert queue["channels"]["chat"]["waiting"] + queue["channels"]["chat"]["offered"] == MANY


async def test_two_routers_share_one_chat(
    server: servers.Server, service: Service, workspace: str, tmp_path: Path
) -> None:
    """A tab at each: what is said at one is heard at the other, numbered as one; a cid is known at both."""
    (folder := tmp_path / "second").mkdir()
    second = Service(folder, CONFIG.format(workspace=workspace), server.url)
    second.start()
    try:
        async with visiting(service, workspace) as (one, _), visiting(second, workspace) as (other, _):
            cid = str(uuid4())
            await asyncio.gather(*(tab.write("Hello", cid) for tab in (one, other)))
            acks = [await tab.kept(cid) for tab in (one, other)]
            assert acks[0] == acks[1]
            await other.kept(await other.write("From the other"))
            async with second.client() as client:
                await answered(client, "Good morning")
            heard = [await tab.messages(3) for tab in (one, other)]
            assert heard[0] == heard[1]
            assert [frame["text"] for frame in heard[0]] == ["Hello", "From the other", "Good morning"]
    finally:
        second.stop()


async def test_at_the_end_every_tab_is_told(service: Service, workspace: str) -> None:
    """1001: the router goes, come again; also to who has not said hello."""
    async with visiting(service, workspace) as (tab, _), opened(service) as silent:
        tabs = [asyncio.ensure_future(one.hear("closed")) for one in (tab, silent)]
        assert await asyncio.to_thread(service.stop) == 0
        assert await asyncio.gather(*tabs) == [{"type": "closed", "code": 1001}] * 2


async def test_a_hook_is_no_way_in(service: Service) -> None:
    """What a socket would have taken is not taken over HTTP."""
    async with service.client() as client, client.post("/v1/hooks/chat/web/main", data=b"{}") as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, "unverified")
