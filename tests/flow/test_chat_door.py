"""The door of web chat: who comes in, from where, and what is answered to what is no frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import servers
from chatting import CONFIG, given, opened, token, visiting
from service import Service, ask

MORE = """
[channels.chat.web.members]
secret = "another-secret-that-is-long-enough-here"

[channels.chat.web.bare]
anyone = true
"""


@pytest.fixture(scope="module")
def workspace() -> str:
    """Name a workspace of these tests."""
    return f"t{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def service(
    server: servers.Server, tmp_path_factory: pytest.TempPathFactory, workspace: str
) -> Iterator[Service]:
    """Start a router with three accounts of web chat: one open, one for members, one without a secret.

    One for all these tests: whom it refuses leaves nothing behind, who comes in is somebody else each time.
    """
    folder = tmp_path_factory.mktemp("door")
    made = Service(folder, CONFIG.format(workspace=workspace) + MORE, server.url)
    made.start()
    yield made
    assert made.stop() == 0


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


async def test_accounts_that_can_be_used_are_named(service: Service) -> None:
    """Those with a secret; a page needs no key to know them."""
    async with aiohttp.ClientSession(service.addresses["http"]) as client:
        found = await ask(client, "GET", "/v1/chat")
    assert found == {"accounts": [{"name": "main", "anyone": True}, {"name": "members", "anyone": False}]}


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
    async with visiting(service, workspace, visitor=f"v{uuid4().hex}") as (tab, _):
        await tab.socket.send_str(frame)
        answer = await tab.hear("error")
        assert answer["code"] in {"invalid", "malformed"}
        assert answer["detail"]
        await tab.socket.send_bytes(b'{"type":"typing"}')
        assert (await tab.hear("error"))["code"] == "invalid"
        await tab.say("typing")
        assert (await tab.kept(await tab.write("Hello")))["seq"] == 1
