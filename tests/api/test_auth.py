"""Who may call what: one generated matrix of roles and calls, and the keys themselves."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from parts import ADAPTER, ADMIN, AGENT, SUPERVISOR, Parts

from router.api import auth, pages, routes
from router.api.auth import Caller
from router.api.route import Route
from router.errors import Forbidden

SECRETS = {"adapter": ADAPTER, "agent": AGENT, "supervisor": SUPERVISOR, "admin": ADMIN}
GUARDED = [route for route in routes.TABLE if route.roles is not None]


def bearer(secret: str) -> dict[str, str]:
    """Make the header of a key."""
    return {"Authorization": f"Bearer {secret}"}


def address(route: Route) -> str:
    """Give an address that matches a route."""
    return "/".join("ada" if part.startswith("{") else part for part in route.path.split("/"))


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: f"{route.method} {route.path}")
async def test_each_call_is_for_its_roles(parts: Parts, route: Route) -> None:
    """Without a key 401, with another role's 403, whatever the body is; an own role's gets further.

    The refused never reach the house.
    """
    assert route.roles is not None
    async with aiohttp.ClientSession(parts.url) as client:
        for role, secret in SECRETS.items():
            if role in route.roles or role == "admin":
                continue
            async with client.request(route.method, address(route), headers=bearer(secret)) as answer:
                assert (answer.status, (await answer.json())["code"]) == (403, "forbidden"), role
        for headers in ({}, bearer("wrong"), {"Authorization": f"Basic {ADMIN}"}, {"Authorization": ADMIN}):
            async with client.request(route.method, address(route), headers=headers) as answer:
                assert (answer.status, (await answer.json())["code"]) == (401, "unauthenticated")
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert parts.serve.calls == parts.known.calls == parts.push.subscribed == parts.ingest.calls == []


def test_only_what_must_be_open_is_open() -> None:
    """Providers sign, visitors have tokens of their own; health, pages, documents hold no customer."""
    found = {route.path for route in (*routes.TABLE, *pages.TABLE) if route.roles is None}
    assert found == {
        "/v1/hooks/{channel}/{provider}/{account}",
        "/v1/hooks/{channel}/{provider}/{account}/{tail}",
        "/v1/chat",
        "/v1/chat/{account}/token",
        "/v1/ws/chat",
        "/chat",
        "/chat/embed.js",
        "/livez",
        "/readyz",
        "/metrics",
        "/",
        "/web/{name:.+}",
        "/docs",
        "/openapi.json",
        "/problems/",
        "/problems/{code}",
    }


@pytest.mark.parametrize("secret", ["x" * 10_000, "\xff\xfe", "a b", "", " ", "\x01"])
async def test_a_strange_key_is_no_key(parts: Parts, secret: str) -> None:
    """A key that none can be is refused without asking the store, or as unknown; never a 500."""
    reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
    head = f"GET /v1/keys HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\n\r\n"
    writer.write(head.encode("latin-1"))
    status = (await reader.read()).split(b" ")[1]
    writer.close()
    assert status in {b"401", b"400"}


async def test_a_key_is_asked_for_once_in_a_while(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known key, and a wrong one, cost the store one question in two seconds."""
    async with aiohttp.ClientSession(parts.url) as client:
        for secret in (SUPERVISOR, "wrong"):
            before = parts.keys.asked
            for _ in range(5):
                async with client.get("/v1/items/x", headers=bearer(secret)) as answer:
                    assert answer.status in {200, 401}
            assert parts.keys.asked == before + 1
        monkeypatch.setattr(auth, "_KEPT_S", -1.0)
        for _ in range(3):
            async with client.get("/v1/items/x", headers=bearer("other")) as answer:
                assert answer.status == 401
        assert parts.keys.asked == 5


async def test_a_revoked_key_ends_at_once(parts: Parts) -> None:
    """Its secret is shown when it is made, never again; after it is revoked it opens nothing here."""
    async with aiohttp.ClientSession(parts.url, headers=bearer(ADMIN)) as client:
        async with client.post("/v1/keys", json={"role": "supervisor", "name": "tv"}) as answer:
            made = await answer.json()
            assert answer.status == 201
        async with client.get("/v1/items/x", headers=bearer(made["key"])) as answer:
            assert answer.status == 200
        async with client.get("/v1/keys") as answer:
            assert made["key"] not in await answer.text()
        async with client.delete(f"/v1/keys/{made['id']}") as answer:
            assert answer.status == 204
        async with client.get("/v1/items/x", headers=bearer(made["key"])) as answer:
            assert answer.status == 401


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "agent", "name": "x"}, "/agent"),
        ({"role": "supervisor", "name": "x", "agent": "ada"}, "/agent"),
        ({"role": "supervisor", "name": "x", "sources": ["a"]}, "/sources"),
        ({"role": "king", "name": "x"}, "/role"),
        ({"role": "admin"}, "/name"),
        ({"role": "adapter", "name": "x", "sources": ["a", "b c"]}, "/sources/1"),
    ],
)
async def test_a_key_knows_for_whom_it_speaks(
    client: aiohttp.ClientSession, body: dict[str, object], pointer: str
) -> None:
    """What does not fit the role is refused, with the field."""
    async with client.post("/v1/keys", json=body) as answer:
        assert (answer.status, (await answer.json())["errors"][0]["pointer"]) == (422, pointer)


async def test_an_agent_key_speaks_for_its_agent_only(parts: Parts) -> None:
    """Another agent's profile, state, offers and acts are refused; its own need no name."""
    async with aiohttp.ClientSession(parts.url, headers=bearer(AGENT)) as client:
        for method, path, body in (
            ("PUT", "/v1/agents/bob", {}),
            ("GET", "/v1/agents/bob", None),
            ("POST", "/v1/agents/bob/state", {"state": "away"}),
            ("GET", "/v1/agents/bob/offers", None),
            ("POST", "/v1/offers/off_1/accept", {"agent": "bob"}),
            ("POST", "/v1/offers/off_1/decline", {"agent": "bob"}),
            ("POST", "/v1/items/itm_1/complete", {"offer": "off_1", "agent": "bob"}),
            ("POST", "/v1/items/itm_1/cancel", {"offer": "off_1", "agent": "bob"}),
            ("POST", "/v1/items/itm_1/transfer", {"offer": "off_1", "agent": "eve", "by": "bob"}),
            ("GET", "/v1/ws/desk?agent=bob", None),
        ):
            async with client.request(method, path, json=body) as answer:
                assert (answer.status, path) == (403, path)
        assert parts.serve.calls == []
        async with client.post("/v1/offers/off_1/accept") as answer:
            assert answer.status == 200
    assert parts.serve.calls == [("accept", "off_1", "ada")]


async def test_other_keys_may_name_the_agent(client: aiohttp.ClientSession, parts: Parts) -> None:
    """Who holds the offer is meant where a key that is no agent's names nobody; a desk needs a name."""
    for body, agent in ((None, None), ({"agent": "bob"}, "bob")):
        async with client.post("/v1/offers/off_1/accept", json=body) as answer:
            assert answer.status == 200
        assert parts.serve.calls[-1] == ("accept", "off_1", agent)
    async with client.get("/v1/ws/desk") as answer:
        assert (answer.status, (await answer.json())["errors"][0]["pointer"]) == (422, "/agent")


def test_an_agent_key_without_an_agent_speaks_for_nobody() -> None:
    """Such a key cannot be made; if there is one it may do nothing as an agent."""
    odd = Caller(role="agent")
    with pytest.raises(Forbidden):
        odd.acts_for(None)
    with pytest.raises(Forbidden):
        odd.acts_for("ada")
