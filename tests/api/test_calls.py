"""What each call hands on: the arguments, the defaults, and the refusals of its body and query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from parts import AGENT, Parts

from router.api.bodies import ReportQuery
from router.api.reports import divisions, span
from router.errors import Invalid
from router.model.handle import Handle
from router.model.queue import QueueProfile

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


async def test_wrap_up(client: aiohttp.ClientSession, parts: Parts) -> None:
    """The operation is named by Idempotency-Key, else by the offer and what is done."""
    body = {"offer": "off_1", "agent": "ada", "outcome": "resolved", "issue": "o-1", "note": "done"}
    async with client.post("/v1/items/itm_1/complete", json=body) as answer:
        assert (answer.status, (await answer.json())["id"]) == (200, "itm_1")
    for key in ("k-1", "a strange key"):
        headers = {"Idempotency-Key": key}
        async with client.post("/v1/items/itm_1/complete", json=body, headers=headers) as answer:
            assert answer.status == 200
    said = {
        "offer": "off_1",
        "agent": "ada",
        "outcome": "resolved",
        "issue": "o-1",
        "topic": None,
        "note": "done",
    }
    ops = [named.pop("op") for _, _, named in parts.serve.calls]
    assert ops[:2] == ["off_1:complete", "k-1"]
    assert ops[2].startswith("h:")
    assert [call for call in parts.serve.calls if call != ("complete", "itm_1", said)] == []


@pytest.mark.parametrize(
    ("secret", "body", "expected"),
    [
        (AGENT, {"queue": "billing"}, ("ada", "billing", None, "keep")),
        (AGENT, {"agent": "bob", "wait": "reset"}, ("ada", None, "bob", "reset")),
        (AGENT, {"queue": "billing", "agent": "ada"}, ("ada", "billing", None, "keep")),
        (None, {"queue": "billing", "agent": "ada"}, ("ada", "billing", None, "keep")),
        (None, {"queue": "billing", "by": "ada"}, ("ada", "billing", None, "keep")),
        (None, {"agent": "bob", "by": "ada"}, ("ada", None, "bob", "keep")),
    ],
)
async def test_transfer(
    client: aiohttp.ClientSession, parts: Parts, secret: str | None, body: dict[str, Any], expected: Any
) -> None:
    """To a queue, or to an agent; who hands on is the key's agent or is named."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    request = client.post("/v1/items/itm_1/transfer", json={"offer": "off_1", **body}, headers=headers)
    async with request as answer:
        assert answer.status == 200, await answer.text()
    ((_, _, named),) = parts.serve.calls
    assert (named["agent"], named["queue"], named["to_agent"], named["wait"]) == expected
    assert (named["offer"], named["op"]) == ("off_1", "off_1:transfer")


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("items/itm_1/transfer", {"offer": "off_1"}, ""),
        ("items/itm_1/transfer", {"offer": "off_1", "queue": "q", "wait": "long"}, "/wait"),
        ("items/itm_1/complete", {"agent": "ada"}, "/offer"),
        ("items/itm_1/complete", {"offer": "off_1", "agent": "ada", "outcome": "fine"}, "/outcome"),
        ("items/itm_1/cancel", {"offer": "a b", "agent": "ada"}, "/offer"),
        ("offers/off_1/accept", {"agents": "ada"}, "/agents"),
        ("agents/ada/state", {"state": "asleep"}, "/state"),
        ("agents/ada/state", {}, "/state"),
        ("customers/cus_1/links", {}, ""),
        ("customers/cus_1/links", {"handle": "mailto:a@b", "customer": "cus_2"}, ""),
        ("customers/cus_1/links", {"handle": "nonsense"}, "/handle"),
        ("customers/cus_1/links", {"with": {"type": "TEL", "value": "1"}}, "/with/type"),
        ("customers/cus_1/links", {"handle": "mailto:a@b", "trust": "sure"}, "/trust"),
    ],
)
async def test_a_wrong_body_names_its_field(
    client: aiohttp.ClientSession, parts: Parts, path: str, body: dict[str, Any], pointer: str
) -> None:
    """422 with a JSON Pointer, and the house is not asked."""
    async with client.post(f"/v1/{path}", json=body) as answer:
        problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["errors"][0]["pointer"]) == (422, pointer), problem
    assert parts.serve.calls == parts.known.calls == []


@pytest.mark.parametrize(
    ("body", "other"),
    [
        ({"handle": "mailto:a@b"}, Handle("mailto", "a@b")),
        ({"handle": {"type": "tel", "value": "+1"}}, Handle("tel", "+1")),
        ({"customer": "cus_2"}, "cus_2"),
        ({"with": "cus_2"}, "cus_2"),
        ({"with": "tel:+1"}, Handle("tel", "+1")),
        ({"with": {"type": "tel", "value": "+1"}}, Handle("tel", "+1")),
    ],
)
async def test_link(client: aiohttp.ClientSession, parts: Parts, body: dict[str, Any], other: Any) -> None:
    """Whom to link with is an address or a customer, in whichever form; who does it is the key's name."""
    async with client.post("/v1/customers/cus_1/links", json={**body, "why": "said so"}) as answer:
        assert answer.status == 201
    named = {"who": "admin", "why": "said so", "trust": "attested"}
    assert parts.known.calls == [("link", ("cus_1", other), named)]


async def test_unlink(client: aiohttp.ClientSession, parts: Parts) -> None:
    """Nothing to say but that it is done."""
    async with client.delete("/v1/customers/cus_1/links/lnk_1") as answer:
        assert (answer.status, await answer.read()) == (204, b"")
    assert parts.known.calls == [("unlink", ("cus_1", "lnk_1"), {"who": "admin"})]


async def test_contexts(client: aiohttp.ClientSession, parts: Parts) -> None:
    """By address or by id; timeline and journey with their defaults and their bounds."""
    for path in (
        "context?handle=tel:%2B14155550100",
        "customers/cus_1/context",
        "customers/cus_1/timeline",
        "customers/cus_1/timeline?before=&limit=",
        "customers/cus_1/timeline?before=abc&limit=200",
        "customers/cus_1/journey?as_of=2026-03-02T09:00:00Z&window_days=7&unknown=new",
    ):
        async with client.get(f"/v1/{path}") as answer:
            assert answer.status == 200, path
    assert [call[:2] for call in parts.known.calls] == [
        ("by_handle", (Handle("tel", "+14155550100"),)),
        ("by_customer", ("cus_1",)),
        ("timeline", ("cus_1", None, 50)),
        ("timeline", ("cus_1", None, 50)),
        ("timeline", ("cus_1", "abc", 200)),
        ("journey", ("cus_1", datetime(2026, 3, 2, 9, tzinfo=UTC), 7.0, "new")),
    ]


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("context", "/handle"),
        ("context?handle=", "/handle"),
        ("context?handle=tel", "/handle"),
        ("context?handle=tel:%2B1&handle=tel:%2B2", ""),
        ("context?handel=tel:%2B1", "/handel"),
        ("customers/cus_1/timeline?limit=0", "/limit"),
        ("customers/cus_1/timeline?limit=201", "/limit"),
        ("customers/cus_1/timeline?limit=x", "/limit"),
        ("customers/cus_1/journey?as_of=2026-03-02T09:00:00", "/as_of"),
        ("customers/cus_1/journey?window_days=nan", "/window_days"),
        ("agents/ada/offers?wait=61", "/wait"),
        ("agents/ada/offers?wait=-1", "/wait"),
        ("items?state=lost", "/state"),
        ("reports/fcr?from=yesterday", "/from"),
        ("reports/fcr?to=2026-02-30", "/to"),
        ("reports/fcr?from=2026-03-02&to=2026-03-01", "/from"),
        ("reports/fcr?by=colour", "/by"),
        ("reports/switches?window_days=0", "/window_days"),
    ],
)
async def test_a_wrong_query_names_its_parameter(
    client: aiohttp.ClientSession, parts: Parts, path: str, pointer: str
) -> None:
    """422 with the parameter, and the house is not asked."""
    async with client.get(f"/v1/{path}") as answer:
        problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["errors"][0]["pointer"]) == (422, pointer), problem
    assert parts.serve.calls == parts.known.calls == []


async def test_an_empty_body_is_an_empty_object(client: aiohttp.ClientSession, parts: Parts) -> None:
    """Where every field may be left out, so may the body."""
    async with client.put("/v1/queues/support") as answer:
        assert answer.status == 200
    assert parts.serve.calls == [("put_queue", "support", QueueProfile())]


async def test_a_report_is_asked_for_in_days_or_times(client: aiohttp.ClientSession, parts: Parts) -> None:
    """The whole of the last day is within; divisions keep their order."""
    path = "/v1/reports/fcr?from=2026-03-01&to=2026-03-02&by=queue,%20day&window_days=7"
    async with client.get(path) as answer:
        assert answer.status == 200
    ((name, args, _),) = parts.known.calls
    assert (name, args) == (
        "fcr",
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), ["queue", "day"], 7.0),
    )


def test_the_span_of_a_report() -> None:
    """Up to now, the 30 days before; a time is taken to the second and its zone."""
    assert span(ReportQuery(), NOW) == (NOW - timedelta(days=30), NOW)
    found = span(ReportQuery(since="2026-03-01T02:00:00+02:00", until="2026-03-01T12:00:00Z"), NOW)
    assert found == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC))
    for wrong in ("2026-03-01T02:00:00", "", "9999-12-31", "0001-01-01", "0001-01-01T00:00:00+14:00"):
        with pytest.raises(Invalid):
            span(ReportQuery(until=wrong), NOW)
    with pytest.raises(Invalid):
        span(ReportQuery(since="2026-03-11"), NOW)


def test_divisions_are_named_once() -> None:
    """None is one figure for all; a name twice, or an unknown one, is refused."""
    assert divisions("") == divisions(" , ") == []
    for wrong in ("queue,queue", "queue;agent", "Queue"):
        with pytest.raises(Invalid):
            divisions(wrong)
