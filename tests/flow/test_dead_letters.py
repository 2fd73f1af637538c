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
from service import Service, ask

from channels.parse import parse_line

HOOK = "/v1/hooks/sms/smpp/main"
TEL = "+447700900118"
ACCOUNT = """
[server]
workspace = "{workspace}"
[queues.texts]
[channels.sms.smpp.main]
unsigned = true
queue = "texts"
alphabet = "{alphabet}"
"""
BROKEN, MENDED = "undefined", "latin-1"
"""The first stands for an adapter with a mistake: the codec of this name raises at whatever it reads."""
Start = Callable[[str], Service]


def message(text: str) -> bytes:
    """Write a text message as a message centre hands it over (deliver_sm, SMPP 3.4)."""
    ends = b"\0\1\1" + TEL[1:].encode() + b"\0\1\1442079460007\0"
    body = ends + bytes(9) + bytes([len(text)]) + text.encode("ascii")
    return (16 + len(body)).to_bytes(4, "big") + b"\0\0\0\5" + bytes(7) + b"\7" + body


@pytest.fixture
async def start(server: servers.Server, tmp_path: Path) -> AsyncIterator[Start]:
    """Start the router, and start it anew with another alphabet; all it keeps stays."""
    workspace, running = f"t{uuid4().hex[:12]}", []

    def begin(alphabet: str) -> Service:
        while running:
            assert running.pop().stop() == 0
        made = Service(tmp_path, ACCOUNT.format(workspace=workspace, alphabet=alphabet), server.url)
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


async def texts(client: aiohttp.ClientSession) -> list[str]:
    """Give what the customer wrote, newest first."""
    context = await ask(client, "GET", f"/v1/context?handle={quote('tel:' + TEL)}")
    return [event["text"] for event in context["events"]]


async def counted(service: Service, fate: str) -> float:
    """Give how many letters of the account met a fate, as it stands in the metrics."""
    async with service.client() as client, client.get("/metrics") as answer:
        found = re.search(
            rf'router_dead_letters_total{{fate="{fate}",source="[^"]+"}} (\S+)', await answer.text()
        )
    return float(found[1]) if found else 0


async def test_what_could_not_be_read_is_read_after_all(start: Start) -> None:
    """Listed with its raw body; run again in vain; and when mended: on the timeline, once, as of then."""
    service = start(BROKEN)
    async with service.client() as client:
        for _ in range(2):
            async with client.post(f"{HOOK}?token=hunter2&a=1", data=message("hello")) as refused:
                assert refused.status == 400
        (letter,) = await letters(client)
        assert (letter["count"], letter["source"], letter["account"]) == (2, "smpp:main", "main")
        assert letter["problem"]["code"] == "malformed"
        assert letter["url"].endswith(f"{HOOK}?token=[hidden]&a=1")
        assert service.raw(letter["raw"]) == message("hello")
        path = f"/v1/dead-letters/{letter['id']}"
        whole = await ask(client, "GET", path)
        assert base64.b64decode(whole["body_base64"]) == message("hello")
        async with client.post(f"{path}/retry") as again:
            assert (again.status, (await again.json())["code"]) == (400, "malformed")
        assert len(await letters(client)) == 1
    service = start(MENDED)
    async with service.client() as client:
        retries = await asyncio.gather(*(client.post(f"{path}/retry") for _ in range(3)))
        assert {retry.status for retry in retries} <= {200, 404}
        assert 200 in {retry.status for retry in retries}
        assert await letters(client) == []
        assert await texts(client) == ["hello"]
        (event,) = (await ask(client, "GET", f"/v1/context?handle={quote('tel:' + TEL)}"))["events"]
        assert event["occurred_at"][:19] == letter["at"][:19], "as of when it came"
        (item,) = (await ask(client, "GET", "/v1/items"))["items"]
        assert item["queue"] == "texts"
        async with client.post(HOOK, data=message("hello")) as answer:
            assert answer.status == 200, "and the provider's own retry changes nothing"
        assert await texts(client) == ["hello"]
        async with client.post(f"{path}/retry") as gone:
            assert (gone.status, (await gone.json())["code"]) == (404, "not-found")
    assert await counted(service, "mended") >= 1


async def test_a_letter_is_a_capture(start: Start) -> None:
    """What is shown of it is what ``router channels parse`` reads."""
    service = start(BROKEN)
    async with service.client() as client:
        await client.post(HOOK, data=message("hello"))
        (letter,) = await letters(client)
        whole = await ask(client, "GET", f"/v1/dead-letters/{letter['id']}")
    reading = msgspec.json.decode(parse_line(msgspec.json.encode(whole), "smpp"))
    assert (reading["name"], reading["problem"]) == (letter["id"], None)
    assert reading["events"][0]["text"] == "hello"


async def test_a_letter_without_its_body_says_so(start: Start) -> None:
    """Somebody cleaned the disk: words, and no mistake of ours."""
    service = start(BROKEN)
    async with service.client() as client:
        await client.post(HOOK, data=message("hello"))
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
    service = start(BROKEN)
    async with service.client() as client:
        for number in range(200):
            async with client.post(HOOK, data=message(f"number {number}")) as answer:
                assert answer.status == 400
        kept = len(await letters(client))
    assert 60 <= kept <= 120, "a minute may have ended meanwhile"
    assert (await counted(service, "kept"), await counted(service, "let_go")) == (kept, 200 - kept)
    assert len([path for path in (service.folder / "data" / "raw").rglob("*") if path.is_file()]) == kept


async def test_a_mail_that_cannot_be_read_is_set_aside(start: Start) -> None:
    """Its head is on the timeline, its letter waits; the next mail is not concerned."""
    service = start(MENDED)
    host, port = service.addresses["smtp"].rsplit(":", 1)
    head = "From: ada@post.example\r\nTo: help@shop.example\r\nMessage-ID: <{}@post.example>\r\n"
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1000))

    def post() -> None:
        with smtplib.SMTP(host, int(port), timeout=20) as smtp:
            for number, body in enumerate((deep, "\r\nhello\r\n")):
                smtp.sendmail("ada@post.example", ["help@shop.example"], head.format(number) + body)

    await asyncio.to_thread(post)
    async with service.client() as client:
        context = await ask(client, "GET", f"/v1/context?handle={quote('mailto:ada@post.example')}")
        assert [event.get("text") for event in context["events"]] == ["hello", None]
        (letter,) = await letters(client)
        assert (letter["source"], letter["method"], letter["problem"]["code"]) == (
            "email_raw:main",
            None,
            "malformed",
        )
        assert service.raw(letter["raw"]).endswith(b"--b999\r\n")
        retried = await ask(client, "POST", f"/v1/dead-letters/{letter['id']}/retry")
        assert (retried["mended"], retried["results"][0]["duplicate"]) == (False, True)
        assert len(await letters(client)) == 1


async def test_letters_are_for_admins(start: Start) -> None:
    """What customers wrote stands in them."""
    service = start(MENDED)
    async with service.client() as client:
        key = await ask(client, "POST", "/v1/keys", {"role": "supervisor", "name": "Sue"})
    async with service.client(key["key"]) as sue, sue.get("/v1/dead-letters") as answer:
        assert answer.status == 403
