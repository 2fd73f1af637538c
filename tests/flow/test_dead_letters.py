"""Dead letters on the real service: set aside whole, run again once all is mended, recorded once."""

from __future__ import annotations

import asyncio
import base64
import re
import smtplib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import msgspec
import pytest
import servers
from click.testing import CliRunner
from service import Service, ask

from channels.parse import parse_line
from router.cli import main

HOOK = "/v1/hooks/sms/standardwebhooks/shop"
TEL, ADA = "+447700900118", "ada@post.example"
ACCOUNT = """
[server]
workspace = "{workspace}"
[queues.texts]
[channels.sms.standardwebhooks.shop]
unsigned = true
queue = "texts"
"""
MAP = {
    "kind": "/kind",
    "direction": "in",
    "author": "customer",
    "text": "/body",
    "customer.type": "tel",
    "customer.value": "/from",
}
Start = Callable[..., Service]


def said(text: str, **other: str) -> dict[str, str]:
    """Write what the shop posts of a message; without a map nobody knows what it means."""
    return {"kind": "message", "from": TEL, "body": text, **other}


@pytest.fixture
async def start(server: servers.Server, tmp_path: Path) -> AsyncIterator[Start]:
    """Start the router, and start it anew with another map for what the shop posts; all it keeps stays."""
    workspace, running = f"t{uuid4().hex[:12]}", []

    def begin(**mapped: str) -> Service:
        while running:
            assert running.pop().stop() == 0
        config = ACCOUNT.format(workspace=workspace)
        if mapped:
            pairs = (f'"{name}" = "{value}"' for name, value in mapped.items())
            config += f"map = {{ {', '.join(pairs)} }}\n"
        made = Service(tmp_path, config, server.url)
        made.start()
        running.append(made)
        return made

    yield begin
    for one in running:
        assert one.stop() == 0


async def letters(client: aiohttp.ClientSession) -> list[dict[str, Any]]:
    """Give all letters, page by page."""
    found, path = [], "/v1/dead-letters?limit=50"
    while path:
        page = await ask(client, "GET", path)
        found += page["letters"]
        path = f"/v1/dead-letters?limit=50&cursor={page['next']}" if page["next"] else ""
    return found


async def timeline(client: aiohttp.ClientSession, handle: str = f"tel:{TEL}") -> list[dict[str, Any]]:
    """Give the events of a customer, newest first."""
    found: list[dict[str, Any]] = (await ask(client, "GET", f"/v1/context?handle={quote(handle)}"))["events"]
    return found


async def refused(client: aiohttp.ClientSession, path: str, body: object) -> dict[str, Any]:
    """Post what cannot be read, and give the problem."""
    async with client.post(path, json=body) as answer:
        assert answer.status in {400, 422}
        found: dict[str, Any] = await answer.json(content_type="application/problem+json")
    return found


async def counted(service: Service, fate: str) -> float:
    """Give how many letters met a fate, as it stands in the metrics."""
    line = rf'router_dead_letters_total{{fate="{fate}",source="[^"]+"}} (\S+)'
    async with service.client() as client, client.get("/metrics") as answer:
        found = re.search(line, await answer.text())
    return float(found[1]) if found else 0


async def test_what_could_not_be_read_is_read_after_all(start: Start) -> None:
    """Listed with its raw body; run again in vain; and when mended: on the timeline, once, as of then."""
    service = start()
    async with service.client() as client:
        for _ in range(2):
            problem = await refused(client, f"{HOOK}?token=hunter2&a=1", [said("hello")])
        (letter,) = await letters(client)
        assert (letter["count"], letter["source"], letter["account"]) == (2, "standardwebhooks:shop", "shop")
        assert letter["problem"] == {"code": problem["code"], "detail": problem["detail"]}
        assert letter["url"].endswith(f"{HOOK}?token=[hidden]&a=1")
        assert msgspec.json.decode(service.raw(letter["raw"])) == [said("hello")]
        path = f"/v1/dead-letters/{letter['id']}"
        assert (await refused(client, f"{path}/retry", None))["code"] == problem["code"]
        assert len(await letters(client)) == 1
    service = start(**MAP)
    async with service.client() as client:
        retries = await asyncio.gather(*(client.post(f"{path}/retry") for _ in range(3)))
        assert {200} <= {retry.status for retry in retries} <= {200, 404}
        assert await letters(client) == []
        (event,) = await timeline(client)
        assert event["text"] == "hello"
        assert event["occurred_at"][:19] == letter["at"][:19], "as of when it came"
        (item,) = (await ask(client, "GET", "/v1/items"))["items"]
        assert item["queue"] == "texts"
        async with client.post(HOOK, json=[said("hello")]) as answer:
            assert answer.status == 204, "and the provider's own retry changes nothing"
        assert len(await timeline(client)) == 1
        async with client.post(f"{path}/retry") as gone:
            assert (gone.status, (await gone.json())["code"]) == (404, "not-found")
    assert await counted(service, "mended") >= 1


async def test_a_letter_is_a_capture(start: Start) -> None:
    """What is shown of it is what ``router channels parse`` reads, to try a map before it goes live."""
    service = start()
    async with service.client() as client:
        await refused(client, HOOK, [said("hello")])
        (letter,) = await letters(client)
        whole = await ask(client, "GET", f"/v1/dead-letters/{letter['id']}")
    assert msgspec.json.decode(base64.b64decode(whole["body_base64"])) == [said("hello")]
    line = msgspec.json.encode(whole | {"settings": {"map": MAP}})
    reading = msgspec.json.decode(parse_line(line, "standardwebhooks"))
    assert (reading["name"], reading["problem"]) == (letter["id"], None)
    assert reading["events"][0]["text"] == "hello"


async def test_the_doctor_speaks_of_letters(start: Start, server: servers.Server) -> None:
    """That some wait, and why the newest does; when they are gone, that none does."""
    service = start()

    async def examined() -> str:
        arguments = ["doctor", "--config", str(service.folder / "router.toml"), "--redis-url", server.url]
        return (await asyncio.to_thread(CliRunner().invoke, main, arguments)).stdout

    assert "no dead letter waits" in await examined()
    async with service.client() as client:
        problem = await refused(client, HOOK, [said("hello")])
    assert "dead letters wait: 1, the newest of standardwebhooks:shop" in (found := await examined())
    assert problem["detail"] in found


async def test_a_letter_without_its_body_says_so(start: Start) -> None:
    """Somebody cleaned the disk: words, and no mistake of ours."""
    service = start()
    async with service.client() as client:
        await refused(client, HOOK, [said("hello")])
        (letter,) = await letters(client)
        (kept,) = (service.folder / "data" / "raw").rglob(letter["raw"])
        kept.unlink()
        for method, path in (("GET", ""), ("POST", "/retry")):
            async with client.request(method, f"/v1/dead-letters/{letter['id']}{path}") as answer:
                assert answer.status == 404
                assert "raw body" in (await answer.json())["detail"]
        for strange in ("ltr_00-00", "x", "%00", "ltr_*"):
            async with client.post(f"/v1/dead-letters/{strange}/retry") as answer:
                assert answer.status == 404


async def test_a_flood_is_let_go_and_counted(start: Start) -> None:
    """Beyond so many a minute nothing is kept: no letter, no body; every call is still answered."""
    service = start()
    async with service.client() as client:
        for number in range(200):
            await refused(client, HOOK, [number])
        kept = len(await letters(client))
    assert 60 <= kept <= 120, "a minute may have ended meanwhile"
    assert (await counted(service, "kept"), await counted(service, "let_go")) == (kept, 200 - kept)
    assert len([path for path in (service.folder / "data" / "raw").rglob("*") if path.is_file()]) == kept


async def test_one_bad_entry_is_a_letter_beside_the_good(start: Start) -> None:
    """What the map does not take is kept unread; with the right map both stand on the timeline once."""
    service = start(**MAP | {"kind": "/sort"})
    async with service.client() as client:
        async with client.post(HOOK, json=[said("first", sort="message"), said("second")]) as answer:
            assert answer.status == 204
        assert [event["text"] for event in await timeline(client)] == ["first"]
        (letter,) = await letters(client)
        assert letter["problem"]["code"] == "unread"
    service = start(**MAP)
    async with service.client() as client:
        retried = await ask(client, "POST", f"/v1/dead-letters/{letter['id']}/retry")
        assert retried["mended"]
        events = await timeline(client)
        assert sorted(event["text"] for event in events) == ["first", "second"]
        assert [event["edited"] for event in events if event.get("edited")] == [], "what was whole stays so"
        assert await letters(client) == []


async def test_words_may_come_late(start: Start) -> None:
    """An event that was kept without what it says gets its words, once, however often it is read again."""
    service = start(**MAP | {"text": "/nothing", "flags": "unparsed"})
    async with service.client() as client:
        async with client.post(HOOK, json=said("please help")) as answer:
            assert answer.status == 204
        (event,) = await timeline(client)
        assert "unparsed" in event["flags"]
        (letter,) = await letters(client)
        path = f"/v1/dead-letters/{letter['id']}/retry"
        assert not (await ask(client, "POST", path))["mended"], "it still cannot be read"
    service = start(**MAP)
    async with service.client() as client:
        retries = await asyncio.gather(*(client.post(path) for _ in range(3)))
        assert {200} <= {retry.status for retry in retries} <= {200, 404}
        assert await letters(client) == []
        (event,) = await timeline(client)
        assert event["edited"] == "please help"


async def test_a_mail_that_cannot_be_read_is_set_aside(start: Start) -> None:
    """Its head is on the timeline, its letter waits; the next mail is not concerned."""
    service = start()
    host, port = service.addresses["smtp"].rsplit(":", 1)
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1000))

    def post() -> None:
        with smtplib.SMTP(host, int(port), timeout=20) as smtp:
            for number, mail in enumerate((deep, "\r\nhello\r\n")):
                head = f"From: {ADA}\r\nTo: help@shop.example\r\nMessage-ID: <{number}@post.example>\r\n"
                smtp.sendmail(ADA, ["help@shop.example"], head + mail)

    await asyncio.to_thread(post)
    async with service.client() as client:
        assert [event.get("text") for event in await timeline(client, f"mailto:{ADA}")] == ["hello", None]
        (letter,) = await letters(client)
        assert (letter["source"], letter["problem"]["code"]) == ("email_raw:main", "unread")
        assert "method" not in letter or letter["method"] is None
        assert service.raw(letter["raw"]).endswith(b"--b999\r\n")
        retried = await ask(client, "POST", f"/v1/dead-letters/{letter['id']}/retry")
        assert (retried["mended"], retried["results"][0]["duplicate"]) == (False, True)
        assert len(await letters(client)) == 1


async def test_letters_are_for_admins(start: Start) -> None:
    """What customers wrote stands in them."""
    service = start()
    async with service.client() as client:
        key = await ask(client, "POST", "/v1/keys", {"role": "supervisor", "name": "Sue"})
    async with service.client(key["key"]) as sue, sue.get("/v1/dead-letters") as answer:
        assert answer.status == 403
