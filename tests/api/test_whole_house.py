"""The API on the real house: no address, query or body makes a 500, and what it answers is as documented."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import jsonschema
import msgspec
import pytest
import servers
from service import Service, ask
from yarl import URL

from router.api import openapi, routes
from router.api.route import Route

CONFIG = """
[server]
workspace = "{workspace}"

[channels.sms.cloudevents.open]
unsigned = true
queue = "support"

[channels.sms.twilio.main]
unsigned = true
"""

DOCUMENT = msgspec.json.decode(openapi.document())
IDS = (
    "ada", "cus_00aaaaaaaaaaaaaaaa", "itm_1", "x", "cus_", "cus_zz", "cus_ffaaaaaaaaaaaaaaaa", "cus_00",
    "evt_00", "off_1", "lnk_1", "%00", "a%0A", "%7Bx%7D", "%2F%2F", "..%2F..", "%ED%A0%80", "%C3%A9",
    "x" * 128, "x" * 129, "a|b", "*",
)  # fmt: skip
VALUES = (
    "", "0", "-1", "999999999999999999999999", "NaN", "inf", "true", "zzz", "a,b", "tel:", "tel:anonymous",
    "mailto:@", "x:\ud7ff", "tel:+", "9999-12-31", "0001-01-01", "9999-12-31T23:59:59Z", "00" * 32, "ff" * 32,
    "\x00", "é", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
)  # fmt: skip
BODIES = (
    b"", b"{", b"[]", b"null", b'{"id":1}', b"[" * 5000, b'{"offer":"off_1","agent":"nobody"}',
    b'{"offer":"off_1","agent":"nobody","queue":"nowhere"}', b'{"state":"available","reason":"\\u0000"}',
    b'{"customer":"cus_00"}', b'{"with":"cus_zz"}', b'{"handle":"mailto:nobody@example.org"}',
    b'{"handle":"tel:anonymous"}', b'{"role":"adapter","name":""}', b'{"queues":["nowhere","x|y"]}',
    b'{"skills":{"german":9},"capacity":{"voice":{"weight":0,"max":0}}}', b'{"targets":{"sms":0.0001}}',
)  # fmt: skip


@pytest.fixture
async def house(server: servers.Server, tmp_path: Path) -> AsyncIterator[Service]:
    """Start the router in a workspace of this test alone."""
    made = Service(tmp_path, CONFIG.format(workspace=f"t{uuid4().hex[:12]}"), server.url)
    made.start()
    yield made
    assert made.stop() == 0


def addresses(route: Route) -> Iterator[URL]:
    """Give addresses of a route with strange ids, and with each parameter of its query strange."""
    names = [part for part in route.path.split("/") if part.startswith("{")]
    for strange in IDS if names else ("",):
        path = route.path
        for name in names:
            path = path.replace(name, strange)
        yield URL(path, encoded=True)
    plain = URL(route.path.replace("{", "").replace("}", ""))
    for field, value in itertools.product(msgspec.structs.fields(route.query), VALUES):
        if field.encode_name != "ticket":
            yield plain.with_query({field.encode_name: value})


STREAMS = {"/v1/stream", "/v1/ws/desk"}


@pytest.mark.timeout(300)
async def test_nothing_makes_a_mistake_of_ours(house: Service) -> None:
    """Strange ids, queries and bodies on every call: refused or answered, never 500."""
    wrong = []
    async with house.client() as client:
        for route in routes.TABLE:
            bodies = BODIES if route.method in {"POST", "PUT"} else (b"",)
            for number, address in enumerate(addresses(route)):
                for body in bodies if number < 3 else bodies[:1]:
                    headers = {"Content-Type": "application/json"}
                    async with client.request(route.method, address, data=body, headers=headers) as answer:
                        if answer.status >= 500:
                            wrong.append(
                                (route.method, str(address), body[:80], answer.status, await answer.text())
                            )
                        elif answer.status >= 400 and route.path not in STREAMS:
                            problem = msgspec.json.decode(await answer.read())
                            assert problem["status"] == answer.status, (route.path, problem)
    assert not wrong, "\n".join(map(str, wrong))


def checked(method: str, path: str, status: int, body: bytes) -> Any:
    """Hold an answer against the document; give it decoded."""
    operation = DOCUMENT["paths"][path][method.lower()]
    content = operation["responses"][str(status)].get("content")
    if content is None:
        assert body == b""
        return None
    found = msgspec.json.decode(body)
    schema = {**content["application/json"]["schema"], "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
    return found


async def test_answers_are_as_documented(house: Service) -> None:
    """A whole life, each answer held against /openapi.json."""
    async with house.client() as client:

        async def call(method: str, path: str, body: Any = None, **names: str) -> Any:
            address = path
            for name, value in names.items():
                address = address.replace(f"{{{name}}}", value)
            async with client.request(method, address, json=body) as answer:
                text = await answer.read()
                assert answer.status < 300, (method, address, answer.status, text)
                return checked(method, path.split("?", maxsplit=1)[0], answer.status, text)

        await call("PUT", "/v1/queues/{id}", {"wrap_up_s": 0}, id="support")
        await call("PUT", "/v1/agents/{id}", {"queues": ["support"], "skills": {"german": 5}}, id="ada")
        await call("POST", "/v1/agents/{id}/state", {"state": "available"}, id="ada")
        event = {
            "id": "e1", "source": "shop", "channel": "sms", "kind": "message", "direction": "in",
            "text": "hi", "author": "customer", "queue": "support",
            "customer": {"type": "tel", "value": "+14155550100", "name": "Ada"},
        }  # fmt: skip
        results = (await call("POST", "/v1/events", event))["results"]
        both = (await call("POST", "/v1/events", [event, {**event, "id": "e2", "kind": "nonsense"}]))[
            "results"
        ]
        assert (both[0]["duplicate"], both[1]["error"]["errors"][0]["pointer"]) == (True, "/kind")
        customer = results[0]["customer"]
        offer = (await call("GET", "/v1/agents/{id}/offers", id="ada"))["offers"][0]["id"]
        item = (await call("POST", "/v1/offers/{id}/accept", {"agent": "ada"}, id=offer))["id"]
        for path in ("/v1/items/{id}", "/v1/items/{id}/decisions"):
            await call("GET", path, id=item)
        for path in ("/v1/agents", "/v1/queues", "/v1/items", "/v1/keys", "/livez", "/readyz"):
            await call("GET", path)
        await call("GET", "/v1/agents/{id}", id="ada")
        await call("GET", "/v1/queues/{id}", id="support")
        done = {"offer": offer, "agent": "ada", "outcome": "resolved", "issue": "o-1", "topic": "delivery"}
        await call("POST", "/v1/items/{id}/complete", done, id=item)
        for part in ("context", "timeline", "journey"):
            await call("GET", f"/v1/customers/{{id}}/{part}", id=customer)
        link = await call("POST", "/v1/customers/{id}/links", {"with": "mailto:ada@example.org"}, id=customer)
        await call("DELETE", "/v1/customers/{id}/links/{link}", id=customer, link=link["id"])
        for report in ("fcr", "switches"):
            await call("GET", f"/v1/reports/{report}")
        key = await call("POST", "/v1/keys", {"role": "agent", "name": "ada", "agent": "ada"})
        await call("POST", "/v1/stream/ticket")
        await call("DELETE", "/v1/keys/{id}", id=key["id"])


async def test_an_adapter_key_of_the_house_keeps_to_its_sources(house: Service) -> None:
    """Without sources it may post for all, with some for those; other calls are not for it."""
    event = {"id": "a", "source": "shop", "channel": "sms", "kind": "message"}
    async with house.client() as client:
        free = await ask(client, "POST", "/v1/keys", {"role": "adapter", "name": "all"})
        bound = await ask(client, "POST", "/v1/keys", {"role": "adapter", "name": "one", "sources": ["till"]})
        listed = (await ask(client, "GET", "/v1/keys"))["keys"]
    assert {key["id"]: key["sources"] for key in listed if key["role"] == "adapter"} == {
        free["id"]: None,
        bound["id"]: ["till"],
    }
    for key, status in ((free, 202), (bound, 403)):
        async with house.client(key["key"]) as client:
            async with client.post("/v1/events", json=event) as answer:
                assert answer.status == status
            async with client.get("/v1/queues") as answer:
                assert answer.status == 403


async def test_a_stream_of_the_house_goes_on(house: Service) -> None:
    """A client that comes back gets what it missed, each number once; nonsense gets a snapshot."""
    async with house.client() as client:
        await ask(client, "PUT", "/v1/agents/ada", {"queues": ["default"]})
        async with client.get("/v1/stream?topics=agent") as answer:
            first = await until(answer, "reset")
            assert set(msgspec.json.decode(first["data"])) >= {"queues", "agents", "as_of"}
        await ask(client, "POST", "/v1/agents/ada/state", {"state": "available"})
        await ask(client, "POST", "/v1/agents/ada/state", {"state": "away"})
        async with client.get("/v1/stream?topics=agent", headers={"Last-Event-ID": first["id"]}) as answer:
            states = [msgspec.json.decode((await until(answer, "agent"))["data"])["state"] for _ in range(2)]
        assert states == ["available", "away"]
        for strange in ("garbage", "999999999999999-1", "0-0"):
            async with client.get("/v1/stream", headers={"Last-Event-ID": strange}) as answer:
                await until(answer, "reset")


async def until(answer: aiohttp.ClientResponse, topic: str) -> dict[str, str]:
    """Read a stream until an event of a topic, and give its fields."""
    fields: dict[str, str] = {}
    async for line in answer.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif fields.get("event") == topic:
            return fields
        else:
            fields = {}
    raise AssertionError(f"the stream ended before {topic}")
