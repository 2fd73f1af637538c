"""POST /v1/events: every form it takes, and what becomes of a bad entry."""

from __future__ import annotations

from typing import Any

import aiohttp
import msgspec
import pytest
from parts import ADAPTER, Parts

from router.errors import IdReused, StoreAway
from router.model.event import Event

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}


def event(name: str = "a", **fields: Any) -> dict[str, Any]:
    """Make an event as an adapter posts it."""
    return {"id": name, "source": "twilio:AC1", "channel": "sms", "kind": "message", **fields}


def encoded(value: object) -> bytes:
    """Write JSON."""
    return msgspec.json.encode(value)


async def test_one_event_is_answered_with_a_list_of_one(client: aiohttp.ClientSession, parts: Parts) -> None:
    """A single object is recorded and answered 202 with its result."""
    async with client.post("/v1/events", data=encoded(event()), headers=JSON) as answer:
        assert answer.status == 202
        assert await answer.json() == {
            "results": [
                {
                    "event": "evt_a",
                    "customer": "cus_1",
                    "conversation": "cnv_1",
                    "item": None,
                    "duplicate": False,
                }
            ]
        }
    assert parts.ingest.calls == [{"account": None, "imported": False, "strict": True}]


@pytest.mark.parametrize(
    ("media", "join"),
    [
        ("application/json", lambda rows: b"[" + b",".join(rows) + b"]"),
        ("application/x-ndjson", lambda rows: b"\n".join(rows) + b"\n"),
        ("application/jsonl; charset=utf-8", b"\r\n\r\n".join),
    ],
)
async def test_a_batch_keeps_its_order_and_its_good_entries(
    client: aiohttp.ClientSession, parts: Parts, media: str, join: Any
) -> None:
    """A bad entry is refused with the field that is wrong, in its place; the others are kept."""
    body = join([encoded(event("a")), encoded(event("b", priority=1000)), encoded(event("c"))])
    async with client.post("/v1/events", data=body, headers={"Content-Type": media}) as answer:
        assert answer.status == 202
        first, second, third = (await answer.json())["results"]
    assert (first["event"], third["event"]) == ("evt_a", "evt_c")
    assert second["error"]["code"] == "invalid"
    assert second["error"]["errors"][0]["pointer"] == "/priority"
    assert [entry.id for entry in parts.ingest.entries if isinstance(entry, Event)] == ["a", "c"]


async def test_a_line_that_is_no_json_is_its_own_refusal(client: aiohttp.ClientSession) -> None:
    """A broken line is malformed; the lines beside it are kept."""
    body = b'{"id": \n' + encoded(event()) + b'\n{"id":"\xff"}'
    async with client.post("/v1/events", data=body, headers=LINES) as answer:
        found = (await answer.json())["results"]
    assert [one.get("error", {}).get("code") for one in found] == ["malformed", None, "malformed"]


async def test_an_empty_batch_is_an_empty_answer(client: aiohttp.ClientSession) -> None:
    """Nothing to record is no mistake."""
    for body, headers in ((b"[]", JSON), (b" \n [] ", JSON), (b"", LINES), (b"\n\n", LINES)):
        async with client.post("/v1/events", data=body, headers=headers) as answer:
            assert (answer.status, await answer.json()) == (202, {"results": []})


async def test_a_single_refusal_is_the_answer(client: aiohttp.ClientSession, parts: Parts) -> None:
    """What is wrong with the one event is the status of the call; in an array it is an entry."""
    parts.ingest.refusals["a"] = IdReused()
    async with client.post("/v1/events", data=encoded(event()), headers=JSON) as answer:
        assert answer.status == 409
        assert (await answer.json())["code"] == "id-reused"
    async with client.post("/v1/events", data=encoded([event()]), headers=JSON) as answer:
        assert answer.status == 202
        assert (await answer.json())["results"][0]["error"]["status"] == 409


async def test_a_store_that_is_away_is_said_for_the_whole_batch(
    client: aiohttp.ClientSession, parts: Parts
) -> None:
    """When no entry could be kept now the call is 503 with Retry-After; if some were, they are answered."""
    parts.ingest.refusals |= {"a": StoreAway(), "b": StoreAway()}
    async with client.post("/v1/events", data=encoded([event("a"), event("b")]), headers=JSON) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    async with client.post("/v1/events", data=encoded([event("a"), event("c")]), headers=JSON) as answer:
        found = (await answer.json())["results"]
    assert (found[0]["error"]["code"], found[1]["event"]) == ("store-away", "evt_c")


async def test_an_adapter_key_posts_for_its_sources_only(parts: Parts) -> None:
    """An event of another source is refused, its neighbours are not."""
    headers = {**JSON, "Authorization": f"Bearer {ADAPTER}"}
    async with aiohttp.ClientSession(parts.url, headers=headers) as client:
        body = encoded([event("a"), event("b", source="twilio:AC2")])
        async with client.post("/v1/events", data=body) as answer:
            found = (await answer.json())["results"]
        async with client.post("/v1/events", data=encoded(event(source="other"))) as answer:
            assert answer.status == 403
    assert found[0]["event"] == "evt_a"
    assert (found[1]["error"]["code"], found[1]["error"]["errors"][0]["pointer"]) == ("forbidden", "/source")


async def test_old_history_is_imported(client: aiohttp.ClientSession, parts: Parts) -> None:
    """``?import=true`` reaches the flow; another value is refused."""
    async with client.post("/v1/events?import=true", data=encoded(event()), headers=JSON) as answer:
        assert answer.status == 202
    assert parts.ingest.calls[0]["imported"] is True
    async with client.post("/v1/events?import=perhaps", data=encoded(event()), headers=JSON) as answer:
        assert answer.status == 422
        assert (await answer.json())["errors"][0]["pointer"] == "/import"


async def test_cloudevents_come_in_all_their_modes(client: aiohttp.ClientSession, parts: Parts) -> None:
    """Structured and binary are one event, a batch is many; the event inside the data is ours."""
    data = {"channel": "sms", "kind": "message", "text": "hi"}
    one = {"specversion": "1.0", "id": "1", "source": "shop", "type": "message", "data": data}
    structured = {"Content-Type": "application/cloudevents+json"}
    async with client.post("/v1/events", data=encoded(one), headers=structured) as answer:
        assert answer.status == 202
    binary = {**JSON, "ce-specversion": "1.0", "ce-id": "2", "ce-source": "shop", "ce-type": "message"}
    async with client.post("/v1/events", data=encoded(data), headers=binary) as answer:
        assert answer.status == 202
    batch = {"Content-Type": "application/cloudevents-batch+json; charset=UTF-8"}
    rows = [{**one, "id": "3"}, {**one, "id": "4", "specversion": "0.3"}]
    async with client.post("/v1/events", data=encoded(rows), headers=batch) as answer:
        found = (await answer.json())["results"]
    assert found[1]["error"]["errors"][0]["pointer"] == "/specversion"
    texts = [entry.text for entry in parts.ingest.entries if isinstance(entry, Event)]
    assert texts == ["hi", "hi", "hi"]
    async with client.post("/v1/events", data=encoded(data), headers={**JSON, "ce-id": "2"}) as answer:
        assert answer.status == 422


async def test_only_known_media_are_read(client: aiohttp.ClientSession) -> None:
    """A body of another type, or in another charset, is 415, and says what is read."""
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""):
        headers = {"Content-Type": media}
        async with client.post("/v1/events", data=encoded(event()), headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (415, "unsupported-media")


async def test_a_batch_has_a_bound(client: aiohttp.ClientSession) -> None:
    """More entries than are answered in one call are refused as too large, good or bad."""
    for body, headers in (
        (b"[" + b"{}," * 10_000 + b"{}]", JSON),
        (b"{}\n" * 10_001, LINES),
        (b"[" + b",".join([encoded(event())] * 10_001) + b"]", JSON),
    ):
        async with client.post("/v1/events", data=body, headers=headers) as answer:
            assert answer.status == 413
