"""Bodies that mean harm: each is refused with a problem, none is a 500, none holds a call for long."""

from __future__ import annotations

import asyncio
import gzip
import os
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from parts import ADMIN, Parts
from yarl import URL

JSON = {"Content-Type": "application/json"}
GOOD = b'{"id":"a","source":"s","channel":"sms","kind":"message"'


def of(rest: bytes) -> bytes:
    """Make an event whose last fields are these."""
    return GOOD + b"," + rest + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b" \n\t", 400),
        (b"{", 400),
        (GOOD + b"} x", 400),
        (GOOD + b"}{}", 400),
        (b"nonsense", 400),
        ((GOOD + b"}").decode().encode("utf-16"), 400),
        ((GOOD + b"}").decode().encode("utf-16-be"), 400),
        (of(b'"score":NaN'), 400),
        (of(b'"score":Infinity'), 400),
        (of(b'"score":1e400'), 422),
        (of(b'"sequence":' + b"9" * 400), 422),
        (of(b'"sequence":18446744073709551616'), 422),
        (of(b'"text":"\xff"'), 400),
        (of(b'"text":"\xed\xa0\x80"'), 400),
        (of(rb'"text":"\ud800"'), 400),
        (of(rb'"text":"\udc00\ud800"'), 400),
        (of(b'"text":"\x00"'), 400),
        (of(b'"deep":' + b"[" * 100_000), 422),
        (of(b'"attrs":{"deep":' + b"[" * 100_000), 422),
        (b"[" * 100_000, 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"":' * 50_000, 422),
        (of(b'"attrs":{' + b",".join(b'"k%d":1' % n for n in range(65)) + b"}"), 422),
        (of(b'"id":"a\\u0000b"'), 422),
        (of(b'"id":"\\u202e"'), 422),
        (of(b'"id":"a\\u200bb"'), 422),
        (of(b'"id":""'), 422),
        (of(b'"id":"' + b"x" * 10_000 + b'"'), 422),
        (of(b'"source":"../x{y}*"'), 422),
        (of(b'"text":"' + b"x" * 65_537 + b'"'), 422),
        (of(b'"occurred_at":"2026-03-02T09:00:00"'), 422),
        (of(b'"occurred_at":1772442000'), 422),
        (of(b'"unknown":1'), 422),
        (b"null", 422),
        (b"3", 422),
        (b'"text"', 422),
        (b"true", 422),
    ],
)
async def test_a_bad_event_is_refused(client: aiohttp.ClientSession, body: bytes, status: int) -> None:
    """The refusal is a problem with its code; the status says whether it was JSON at all."""
    async with client.post("/v1/events", data=body, headers=JSON) as answer:
        problem = await answer.json(content_type="application/problem+json")
    assert answer.status == status, problem
    assert problem["status"] == status
    assert problem["code"] == {400: "malformed", 422: "invalid"}[status]
    assert problem["type"] == f"/problems/{problem['code']}"
    assert len(problem["detail"]) < 500


async def test_a_megabyte_in_a_field_is_not_sent_back(client: aiohttp.ClientSession) -> None:
    """What a refusal quotes is cut."""
    long = b"x" * 900_000
    for body in (of(b'"kind":"' + long + b'"'), of(b'"' + long + b'":1')):
        async with client.post("/v1/events", data=body, headers=JSON) as answer:
            assert answer.status == 422
            assert len(await answer.read()) < 1500


async def test_a_byte_order_mark_is_skipped(client: aiohttp.ClientSession) -> None:
    """UTF-8 with a mark is still UTF-8, for one event, an array and lines."""
    for body, media in (
        (GOOD + b"}", "application/json"),
        (b"[" + GOOD + b"}]", "application/json"),
        (GOOD + b"}\n", "application/jsonl"),
    ):
        headers = {"Content-Type": media}
        async with client.post("/v1/events", data=b"\xef\xbb\xbf" + body, headers=headers) as answer:
            assert (await answer.json())["results"][0]["event"] == "evt_a"


async def test_of_a_key_that_stands_twice_the_last_counts(client: aiohttp.ClientSession) -> None:
    """As the reference says: JSON leaves it open, we say which."""
    async with client.post("/v1/events", data=of(b'"id":"b"'), headers=JSON) as answer:
        assert (await answer.json())["results"][0]["event"] == "evt_b"


# -- sizes and times ----------------------------------------------------------------------------------


@pytest.fixture
async def small() -> AsyncIterator[Parts]:
    """Serve a world with a small limit and a short deadline."""
    made = Parts(body_max_bytes=4096, body_deadline_s=0.3)
    runner = await made.start()
    yield made
    await runner.cleanup()


async def spoken(port: int, *chunks: bytes, wait_s: float = 5) -> bytes:
    """Send raw bytes, leave the connection open, and give all that comes back until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
        async with asyncio.timeout(wait_s):
            head = await reader.readuntil(b"\r\n\r\n")
            return head + await reader.read(100_000)
    finally:
        writer.close()


def head(*lines: str) -> bytes:
    """Make the head of a POST."""
    first = ("POST /v1/events HTTP/1.1", "Host: x", f"Authorization: Bearer {ADMIN}")
    return "\r\n".join([*first, "Content-Type: application/json", *lines, "", ""]).encode()


async def test_a_body_over_the_limit_is_refused_at_once(small: Parts) -> None:
    """By its length before a byte of it came; by its bytes when it does not say its length."""
    assert b" 413 " in await spoken(small.port, head("Content-Length: 4097"))
    assert b" 413 " in await spoken(small.port, head("Content-Length: 1000000000000"))
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    assert b" 413 " in await spoken(small.port, head("Transfer-Encoding: chunked"), chunk, b"1\r\nx\r\n")


async def test_the_limit_itself_is_allowed(small: Parts) -> None:
    """A body of exactly the limit is read."""
    body = GOOD + b"}"
    body += b" " * (4096 - len(body))
    answer = await spoken(small.port, head("Content-Length: 4096", "Connection: close"), body)
    assert b" 202 " in answer.split(b"\r\n")[0]


async def test_a_body_that_does_not_come_is_given_up(small: Parts) -> None:
    """Whether it never comes, trickles, or is chunked without an end: 408, and the connection closes."""
    assert b" 408 " in await spoken(small.port, head("Content-Length: 100"))
    assert b" 408 " in await spoken(small.port, head("Content-Length: 100"), b"{", b'"')
    assert b" 408 " in await spoken(small.port, head("Transfer-Encoding: chunked"), b"1\r\n{\r\n")


async def test_a_broken_transfer_is_malformed(small: Parts) -> None:
    """Chunks that are none, a packing that is none: 400."""
    assert b" 400 " in await spoken(small.port, head("Transfer-Encoding: chunked"), b"zz\r\nnonsense\r\n")
    broken = head("Content-Encoding: gzip", "Content-Length: 5")
    assert b" 400 " in await spoken(small.port, broken, b"abcde")


async def test_packed_bodies_are_unpacked(client: aiohttp.ClientSession) -> None:
    """Packed by gzip and deflate bodies are read like any other body."""
    for coding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress)):
        headers = {**JSON, "Content-Encoding": coding}
        async with client.post("/v1/events", data=pack(GOOD + b"}"), headers=headers) as answer:
            assert answer.status == 202


async def test_a_bomb_costs_nothing(client: aiohttp.ClientSession) -> None:
    """200 kB that unpack to 200 MB are 413, and the process does not grow by them."""
    bomb = gzip.compress(b" " * 200_000_000)
    before = resident()
    headers = {**JSON, "Content-Encoding": "gzip"}
    async with client.post("/v1/events", data=bomb, headers=headers) as answer:
        assert answer.status == 413
    assert resident() - before < 50_000_000


def resident() -> int:
    """Give the memory this process holds, in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


async def test_slow_bodies_do_not_hold_up_others(small: Parts) -> None:
    """Two hundred bodies that never come cost a good one nothing."""
    streams = [await asyncio.open_connection("127.0.0.1", small.port) for _ in range(200)]
    for _, writer in streams:
        writer.write(head("Content-Length: 100"))
    async with (
        aiohttp.ClientSession(small.url, headers={"Authorization": f"Bearer {ADMIN}"}) as client,
        asyncio.timeout(2),
        client.post("/v1/events", data=GOOD + b"}", headers=JSON) as answer,
    ):
        assert answer.status == 202
    for reader, writer in streams:
        assert b" 408 " in await reader.readuntil(b"\r\n")
        writer.close()


# -- addresses and heads ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        b"/v1/items/%00",
        b"/v1/items/%252e%252e",
        b"/v1/items/\xff\xfe",
        b"/v1/items/" + b"x" * 129,
        b"/v1/items/a%20b",
        b"/web/..%2f..%2fapp.py",
        b"/web/%2e%2e/app.py",
        b"/web/../../router/app.py",
        b"//v1/items/x",
        b"/v1/nothing",
        b"/problems/%3Cscript%3E",
        b"/v1/hooks/sms/twilio/%00",
    ],
)
async def test_a_strange_address_is_not_found(parts: Parts, target: bytes) -> None:
    """Nothing is there, and it is said as a problem."""
    request = b"GET " + target + f" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n".encode()
    answer = await spoken(parts.port, request + b"Connection: close\r\n\r\n")
    status = answer.split(b"\r\n")[0]
    assert b" 404 " in status or b" 400 " in status, answer[:200]


async def test_a_long_query_is_refused(parts: Parts) -> None:
    """100 kB of query never reach a handler."""
    request = b"GET /v1/items?queue=" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await spoken(parts.port, request)
    assert answer.split(b" ")[1] in {b"400", b"414"}


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 2", "Transfer-Encoding: chunked"),
        ("Content-Length: 2", "Content-Length: 3"),
        ("Content-Length: -1",),
        ("X: " + "x" * 9000,),
    ],
)
async def test_an_ambiguous_head_is_refused(parts: Parts, lines: tuple[str, ...]) -> None:
    """What two servers could read differently is read by none."""
    assert b" 400 " in (await spoken(parts.port, head(*lines), b"{}"))[:20]


async def test_a_name_chosen_by_a_caller_fits_the_pattern(client: aiohttp.ClientSession) -> None:
    """A new queue or agent with a name that could break a key is refused, not stored."""
    for name in ("a%20b", "x" * 65, "%00", "a*", "a%0A", "%C3%A9"):
        for kind in ("queues", "agents"):
            url = URL(f"/v1/{kind}/{name}", encoded=True)
            async with client.put(url, data=b"{}", headers=JSON) as answer:
                problem = await answer.json(content_type="application/problem+json")
                assert (answer.status, problem["errors"][0]["pointer"]) == (422, "/id"), name


async def test_a_method_in_a_header_changes_nothing(client: aiohttp.ClientSession) -> None:
    """X-HTTP-Method-Override is a header like any other."""
    headers = {**JSON, "X-HTTP-Method-Override": "DELETE"}
    async with client.post("/v1/events", data=GOOD + b"}", headers=headers) as answer:
        assert answer.status == 202
        assert msgspec.json.decode(await answer.read())["results"]
