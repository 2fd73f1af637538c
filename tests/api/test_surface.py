"""The surface as a whole: problems, names of calls, pages, documents, metrics, and the errors between."""

from __future__ import annotations

import re

import aiohttp
import msgspec
import pytest
from openapi_spec_validator import validate
from parts import Parts

from router.api import openapi, pages, problems, routes
from router.api.codec import Body, invalid
from router.errors import BY_CODE, Invalid, NotFound, OfferExpired, RouterError, StoreAway
from router.model.event import Event

PLAIN = re.compile(r"<script|javascript:|https?://|\son\w+=", re.IGNORECASE)


# -- problems -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [NotFound("no such item"), OfferExpired(), StoreAway(), Invalid("x", field="a.b")]
)
async def test_an_error_of_the_house_is_a_problem(
    client: aiohttp.ClientSession, parts: Parts, error: RouterError
) -> None:
    """Its class gives status, code and title; its words are the detail; a field is a pointer."""
    parts.serve.error = error
    async with client.get("/v1/items/itm_1") as answer:
        assert answer.content_type == "application/problem+json"
        problem = await answer.json()
    expected = {
        "type": f"/problems/{error.code}",
        "title": problems.title(type(error)),
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if error.field:
        expected["errors"] = [{"pointer": "/a/b", "detail": "x"}]
    assert (answer.status, problem) == (error.status, expected)


@pytest.mark.parametrize(
    "error", [ValueError("secret value"), RouterError("secret value"), KeyError("secret value")]
)
async def test_our_own_mistakes_stay_inside(
    client: aiohttp.ClientSession, parts: Parts, error: Exception
) -> None:
    """A mistake of ours is 500 and says nothing of what was in it; the next call works."""
    parts.serve.error = error
    async with client.get("/v1/items/itm_1") as answer:
        text = await answer.text()
        assert (answer.status, msgspec.json.decode(text)["code"]) == (500, "internal")
        assert "secret" not in text
    parts.serve.error = None
    async with client.get("/v1/items/itm_1") as answer:
        assert answer.status == 200


async def test_words_that_cannot_be_written_are_escaped(client: aiohttp.ClientSession, parts: Parts) -> None:
    """A detail with half a surrogate pair is still JSON."""
    parts.serve.error = NotFound("no item \ud800")
    async with client.get("/v1/items/itm_1") as answer:
        assert (answer.status, (await answer.json())["detail"]) == (404, "no item \\ud800")


async def test_wrong_addresses_and_methods_are_problems(client: aiohttp.ClientSession) -> None:
    """404 and 405 look like every other refusal; 405 says what is allowed."""
    async with client.get("/v2/events") as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "not-found")
    async with client.delete("/v1/events") as answer:
        assert (answer.status, (await answer.json())["code"]) == (405, "method-not-allowed")
        assert answer.headers["Allow"] == "POST"
    async with client.options("/v1/queues") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")


async def test_head_is_get_without_a_body(client: aiohttp.ClientSession) -> None:
    """Every call that is read can be asked for by HEAD."""
    async with client.head("/livez") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    ("message", "pointer"),
    [
        ("Expected `str`, got `int` - at `$.also[0].value`", "/also/0/value"),
        ("Object contains unknown field `a/b~c`", "/a~1b~0c"),
        ("Object missing required field `id` - at `$[3].customer`", "/3/customer/id"),
        ("Expected `int`, got `str` - at `$.attrs[...]`", "/attrs"),
        ("Expected `object`, got `array`", ""),
    ],
)
def test_a_message_of_the_decoder_names_a_field(message: str, pointer: str) -> None:
    """What msgspec says becomes a JSON Pointer (RFC 6901)."""
    assert invalid(msgspec.ValidationError(message)).field == pointer


def test_every_field_of_an_event_can_be_named() -> None:
    """A wrong value in any field is refused with that field's pointer."""
    body = Body(Event)
    good = {"id": "a", "source": "s", "channel": "sms", "kind": "message"}
    for field in msgspec.structs.fields(Event):
        with pytest.raises(Invalid) as caught:
            body.decode(msgspec.json.encode({**good, field.encode_name: {"wrong": {}}}))
        assert (caught.value.field or "").startswith(f"/{field.encode_name}"), field.name


# -- the name of a call -------------------------------------------------------------------------------


async def test_a_call_has_a_name(client: aiohttp.ClientSession) -> None:
    """A safe X-Request-Id comes back, on refusals too; another, or none, is replaced by one of ours."""
    for path in ("/livez", "/v1/nothing", "/v1/items/%00"):
        async with client.get(path, headers={"X-Request-Id": "abc-1.2:3_X"}) as answer:
            assert answer.headers["X-Request-Id"] == "abc-1.2:3_X"
    names = set()
    for given in ("x" * 65, "a b", "<script>", None):
        headers = {"X-Request-Id": given} if given else {}
        async with client.get("/livez", headers=headers) as answer:
            names.add(answer.headers["X-Request-Id"])
    assert len(names) == 4
    assert all(re.fullmatch(r"[0-9a-f]{8}-\d+", name) for name in names)


# -- health and metrics -------------------------------------------------------------------------------


async def test_readiness_is_every_check(client: aiohttp.ClientSession, parts: Parts) -> None:
    """One that fails makes it 503 and is named; liveness does not depend on it."""
    async with client.get("/readyz") as answer:
        assert (answer.status, (await answer.json())["ready"]) == (200, True)
    parts.health.checks.append(("disk", False, "no space"))
    async with client.get("/readyz") as answer:
        found = await answer.json()
        assert (answer.status, found["ready"]) == (503, False)
        assert found["checks"][1] == {"name": "disk", "ok": False, "words": "no space"}
    async with client.get("/livez") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "alive"})


async def test_metrics_tell_of_calls_and_of_the_store(client: aiohttp.ClientSession) -> None:
    """Answers by route and status, never by an address somebody made up; the store's figures beside them."""
    for path in ("/v1/items/itm_1", "/v1/items/itm_2", "/v1/made/up", "/v1/made/up/too"):
        async with client.get(path):
            pass
    async with client.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = await answer.text()
    assert 'router_http_requests_total{route="GET /v1/items/{id}",status="200"} 2.0' in text
    assert 'router_http_requests_total{route="elsewhere",status="404"} 2.0' in text
    assert 'router_http_seconds_count{route="GET /v1/items/{id}"} 2.0' in text
    assert 'router_queue_depth{queue="support"} 3.0' in text
    assert "itm_1" not in text
    assert "made" not in text


# -- documents and pages ------------------------------------------------------------------------------


def test_the_document_is_valid_and_whole() -> None:
    """OpenAPI 3.1; every call of the table, each with its roles, its parameters and a name of its own."""
    found = msgspec.json.decode(openapi.document())
    validate(found)
    assert found["openapi"].startswith("3.1")
    operations = {
        (method.upper(), path): operation
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    }
    assert operations.keys() == {(route.method, route.path) for route in routes.TABLE}
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)
    for route in routes.TABLE:
        operation = operations[route.method, route.path]
        named = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert set(re.findall(r"{(\w+)}", route.path)) <= named
        assert bool(operation["security"]) == (route.roles is not None)
        assert str(route.status) in operation["responses"]
    assert "from" in {one["name"] for one in operations["GET", "/v1/reports/fcr"]["parameters"]}


async def test_pages_are_plain(client: aiohttp.ClientSession) -> None:
    """The reference names every call, each problem has its page, and none of them runs or loads anything."""
    async with client.get("/docs") as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    for route in routes.TABLE:
        assert f"<code>{route.method} {route.path}</code>" in text
    for code in BY_CODE:
        async with client.get(f"/problems/{code}") as answer:
            page = await answer.text()
            assert (answer.status, code in page) == (200, True)
            assert not PLAIN.search(page)
    async with client.get("/problems/") as answer:
        listed = await answer.text()
    assert [code for code in BY_CODE if f"<code>{code}</code>" not in listed] == []
    assert not PLAIN.search(text.replace("^https?://", ""))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_files_of_the_pages(client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its type and a strict policy; with its tag it is 304; what is not there is 404."""
    files = {
        "wallboard.html": pages.File(b"<!doctype html>", "text/html; charset=utf-8", '"a"'),
        "js/app.js": pages.File(b"export {}", "text/javascript; charset=utf-8", '"b"'),
    }
    monkeypatch.setattr(pages, "_FILES", files)
    for path, kind in (("/", "text/html"), ("/web/js/app.js", "text/javascript")):
        async with client.get(path) as answer:
            assert (answer.status, answer.content_type) == (200, kind)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            policy = answer.headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            tag = answer.headers["ETag"]
        async with client.get(path, headers={"If-None-Match": tag}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
    async with client.get("/web/other.js") as answer:
        assert answer.status == 404


def test_what_lies_in_the_package_is_served() -> None:
    """Every file of router/web of a type we serve can be asked for, under its own name."""
    for name, file in pages._FILES.items():
        assert not name.startswith(("/", "."))
        assert file.body
        assert file.kind in pages._TYPES.values()
