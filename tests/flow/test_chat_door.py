"""The door of web chat: who comes in, from where, how fast, for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import servers
from chatting import CONFIG, SHOP, opened, token, visiting
from service import Service, ask

from router.api import chat
from router.flow import lobby, rooms

MORE = """
[channels.chat.web.members]
secret = "another-secret-that-is-long-enough-here"

[channels.chat.web.bare]
anyone = true
"""


@pytest.fixture
def workspace() -> str:
    """Name a workspace of this test alone."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def service(server: servers.Server, tmp_path: Path, workspace: str) -> Iterator[Service]:
    """Start a router with three accounts of web chat: one open, one for members, one without a secret."""
    made = Service(tmp_path, CONFIG.format(workspace=workspace) + MORE, server.url)
    made.start()
    yield made
    assert made.stop() == 0


async def given(service: Service, account: str = "main", origin: str | None = SHOP, **body: Any) -> Any:
    """Ask for a token as a page does; give the status and the answer."""
    headers = {} if origin is None else {"Origin": origin}
    async with (
        aiohttp.ClientSession(service.addresses["http"]) as client,
        client.post(f"/v1/chat/{account}/token", json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


# -- who --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        {"ends_in_s": -60},
        {"ends_in_s": 7200},
        {"workspace": "another"},
        {"visitor": "anonymous"},
        {"visitor": ""},
        {"use": "renew"},
    ],
)
async def test_a_token_that_lets_nobody_in(service: Service, workspace: str, who: dict[str, Any]) -> None:
    """Too old, too long, of another workspace, of nobody, for renewing only: why, and 4401."""
    bad = token(**({"workspace": workspace} | who))
    async with opened(service) as tab:
        await tab.say("hello", token=bad)
        assert (await tab.hear())["code"] == "unverified"
        assert await tab.hear() == {"type": "closed", "code": 4401}


async def test_anyone_may_come_in_and_be_the_same_again(service: Service) -> None:
    """The router gives a token; an earlier one keeps the visitor, and the name that they said."""
    status, first = await given(service, name=" Bea ")
    assert status == 201
    again = [await given(service, token=first[kind]) for kind in ("token", "renew")]
    assert [(status, body["visitor"]) for status, body in again] == [(201, first["visitor"])] * 2
    other = await given(service)
    assert other[1]["visitor"] != first["visitor"]
    async with opened(service) as tab:
        await tab.say("hello", token=again[1][1]["token"])
        assert (await tab.hear())["visitor"] == first["visitor"]
        await tab.kept(await tab.write("Hello"))
    async with service.client() as client:
        path = f"/v1/context?handle=web-visitor:main/{first['visitor']}"
        assert (await ask(client, "GET", path))["customer"]["name"] == "Bea"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"origin": "https://evil.example"}, (403, "forbidden")),
        ({"origin": None}, (403, "forbidden")),
        ({"account": "members", "origin": "OWN"}, (403, "forbidden")),
        ({"account": "bare", "origin": "OWN"}, (403, "no-secret")),
        ({"account": "none"}, (404, "not-found")),
        ({"token": "x"}, (401, "unverified")),
        ({"token": "SITE"}, (401, "unverified")),
        ({"token": 7}, (422, "invalid")),
        ({"name": "x" * 300}, (422, "invalid")),
        ({"more": 1}, (422, "invalid")),
    ],
)
async def test_tokens_are_not_for_all(
    service: Service, workspace: str, asked: dict[str, Any], expected: tuple[int, str]
) -> None:
    """Another site's page, no page, an account for members, one without a secret, a token of the site's."""
    meant = {"OWN": service.addresses["http"], "SITE": token(workspace)}
    asked = {
        name: meant.get(value, value) if isinstance(value, str) else value for name, value in asked.items()
    }
    status, problem = await given(service, **asked)
    assert (status, problem["code"]) == expected


async def test_new_visitors_come_at_a_pace(service: Service) -> None:
    """From one address; who was here before is not kept out."""
    answers = [await given(service) for _ in range(lobby.NEW_BURST + 20)]
    statuses = [status for status, _ in answers]
    assert statuses[: lobby.NEW_BURST] == [201] * lobby.NEW_BURST
    assert 429 in statuses
    assert answers[statuses.index(429)][1]["code"] == "too-many"
    assert (await given(service, token=answers[0][1]["renew"]))[0] == 201


async def test_accounts_that_can_be_used_are_named(service: Service) -> None:
    """Those with a secret; a page needs no key to know them."""
    async with aiohttp.ClientSession(service.addresses["http"]) as client:
        found = await ask(client, "GET", "/v1/chat")
    assert found == {"accounts": [{"name": "main", "anyone": True}, {"name": "members", "anyone": False}]}


# -- from where -------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://shop.example"])
async def test_a_page_of_another_site_does_not_come_in(service: Service, origin: str) -> None:
    """It is refused before the socket opens."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with opened(service, origin):
            pass
    assert refused.value.status == 403


async def test_our_own_page_and_what_is_no_page_come_in(service: Service, workspace: str) -> None:
    """The page at /chat, and a program that has a token."""
    for origin in (service.addresses["http"], None):
        async with opened(service, origin) as tab:
            await tab.say("hello", token=token(workspace))
            assert (await tab.hear())["type"] == "welcome"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("?account=none", 404),
        ("?account=bare", 403),
        ("?acount=main", 422),
        ("?account=main", 400),
    ],
)
async def test_an_address_that_leads_nowhere(service: Service, query: str, status: int) -> None:
    """Which account? One that is there, with a secret; and it must be a WebSocket."""
    base = service.addresses["http"]
    async with aiohttp.ClientSession(base) as client, client.get(f"/v1/ws/chat{query}") as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")


# -- how fast, how much -----------------------------------------------------------------------------


async def test_who_hurries_is_slowed_and_then_sent_away(service: Service, workspace: str) -> None:
    """What is too fast is refused by its cid, then comes 1013; what was acknowledged is there once."""
    async with visiting(service, workspace) as (tab, _):
        for number in range(20 * chat.BURST):
            await tab.write(f"m{number}", f"c{number}")
        frames = []
        while (frame := await tab.hear("ack", "error", "closed"))["type"] != "closed":
            frames.append(frame)
    assert frame["code"] == 1013
    refused = {one["cid"] for one in frames if one["type"] == "error"}
    acked = [one["cid"] for one in frames if one["type"] == "ack"]
    assert {one["code"] for one in frames if one["type"] == "error"} == {"too-many"}
    assert len(acked) >= chat.BURST
    assert refused
    assert not refused & set(acked)
    async with visiting(service, workspace) as (tab, _):
        assert [one["cid"] for one in await tab.messages(len(acked))] == acked


async def test_a_frame_too_large_ends_it(service: Service, workspace: str) -> None:
    """1009; one that just fits is a message."""
    async with visiting(service, workspace) as (tab, _):
        room = 16_384 - len('{"type":"msg","cid":"c1","text":""}')
        assert (await tab.kept(await tab.write("x" * room, "c1")))["seq"] == 1
        await tab.write("x" * (room + 1), "c2")
        assert await tab.hear("closed") == {"type": "closed", "code": 1009}


async def test_a_visitor_has_so_many_tabs(service: Service, workspace: str) -> None:
    """One more is told to come later; when one closes there is room again."""
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(visiting(service, workspace)) for _ in range(rooms.TABS)]
        async with opened(service) as late:
            await late.say("hello", token=token(workspace))
            assert (await late.hear())["code"] == "busy"
            assert await late.hear() == {"type": "closed", "code": 1013}
        await tabs[0][0].socket.close()
        async with asyncio.timeout(20):
            while True:
                async with opened(service) as tab:
                    await tab.say("hello", token=token(workspace))
                    if (await tab.hear())["type"] == "welcome":
                        break


@pytest.mark.parametrize(
    "frame",
    [
        '{"type":"wave"}', "{}", "[]", "{", "", '{"type":"msg","text":"x"}', '{"type":"read","upto":-1}',
        '{"type":"msg","cid":"c/1","text":"x"}', '{"type":"msg","cid":"c1","text":" "}', "[" * 9000,
        '{"type":"msg","cid":"c1","text":"\\ud800"}', '{"type":"hello","token":"t","extra":1}',
    ],
)  # fmt: skip
async def test_a_frame_that_is_none_is_answered(service: Service, workspace: str, frame: str) -> None:
    """With an error that names it, and the chat goes on."""
    async with visiting(service, workspace) as (tab, _):
        await tab.socket.send_str(frame)
        answer = await tab.hear("error")
        assert answer["code"] in {"invalid", "malformed"}
        assert answer["detail"]
        await tab.socket.send_bytes(b'{"type":"typing"}')
        assert (await tab.hear("error"))["code"] == "invalid"
        await tab.say("typing")
        assert (await tab.kept(await tab.write("Hello")))["seq"] == 1


# -- how long ---------------------------------------------------------------------------------------


async def test_a_connection_ends_a_little_after_its_token(service: Service, workspace: str) -> None:
    """Unless another came; one of another visitor is no way to go on."""
    soon = 1.5 - chat.GRACE_S
    async with (
        visiting(service, workspace, ends_in_s=soon) as (tab, _),
        visiting(service, workspace, ends_in_s=soon) as (kept, _),
        visiting(service, workspace) as (other, _),
    ):
        await kept.say("hello", token=token(workspace))
        assert (await kept.hear())["type"] == "welcome"
        assert await tab.hear("closed") == {"type": "closed", "code": 4401}
        assert (await kept.kept(await kept.write("Still here")))["seq"] == 1
        await other.say("hello", token=token(workspace, visitor="v2"))
        assert (await other.hear("error"))["code"] == "unverified"
        assert await other.hear("closed") == {"type": "closed", "code": 4401}


async def test_first_comes_the_hello(service: Service, workspace: str) -> None:
    """What comes before it is refused, and the hello is still awaited."""
    async with opened(service) as tab:
        await tab.write("Hello")
        assert (await tab.hear())["code"] == "invalid"
        await tab.say("hello", token=token(workspace))
        assert (await tab.hear())["type"] == "welcome"
