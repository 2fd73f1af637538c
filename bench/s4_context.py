"""S4: the context of a customer of three handles, against a bare handler that fetches the same bytes."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import aiohttp
import msgspec

from bench import load, samples
from bench.monitor import Words, monitor
from bench.options import Options
from bench.servers import HEADERS, Server, bare, engine, router
from bench.table import Goal, Row, against, at_most, beside
from router.store.link import Link

GOAL, P99_MS = 0.50, 10.0
CUSTOMERS = 40
EVENTS = 60
EVENTS_A_SECOND, READS_A_SECOND = 1000, 50


async def run(options: Options) -> list[Row]:
    """Measure."""
    async with engine() as (url, link):
        with router(url, "ours") as ours:
            async with aiohttp.ClientSession(ours.url, headers=HEADERS) as client:
                customers = [await _customer(client, number) for number in range(CUSTOMERS)]
                paths = [f"/v1/customers/{customer}/context" for customer in customers]
                await ours.rest()
                seen = await _seen(url, link, client, paths)
            with bare("context", url, told=msgspec.msgpack.encode(seen)) as other:
                pairs = [
                    (_read(ours, paths, options), _read(other, paths, options)) for _ in range(options.pairs)
                ]
            beside_events = [await _beside(ours, paths, options) for _ in range(options.pairs)]
    rates = [(a.rate, b.rate) for a, b in pairs]
    late = [(found.p99_ms, P99_MS) for found in beside_events]
    commands = float(len(seen[0]))
    return [
        against("S4", "context of 3 handles, 50 events", "reads/s", rates, Goal(GOAL)),
        beside("commands", "/read", [(commands, commands)]),
        against("S4", f"p99 beside {EVENTS_A_SECOND} events/s", "ms", late, at_most(1.0)),
    ]


async def _customer(client: aiohttp.ClientSession, number: int) -> str:
    """Let a customer write on three channels, link the three, and give the id."""
    handles = [
        {"type": "tel", "value": f"+1415{3_000_000 + number}"},
        {"type": "mailto", "value": f"customer{number}@example.org"},
        {"type": "web-visitor", "value": f"visitor-{number}"},
    ]
    events = [
        _event(f"{number}-{turn}", channel, handle)
        for turn, (channel, handle) in enumerate(
            itertools.islice(itertools.cycle(zip(("sms", "email", "chat"), handles, strict=True)), EVENTS)
        )
    ]
    results = (await _ask(client, "/v1/events", events))["results"]
    found = list(dict.fromkeys(result["customer"] for result in results))
    for other in found[1:]:
        await _ask(client, f"/v1/customers/{found[0]}/links", {"customer": other, "why": "asked"})
    return str(found[0])


def _event(name: str, channel: str, handle: dict[str, str]) -> dict[str, Any]:
    base: dict[str, Any] = msgspec.to_builtins(samples.event(0, name))
    return base | {"channel": channel, "customer": handle, "to": "us", "direction": "in"}


async def _ask(client: aiohttp.ClientSession, path: str, body: object) -> Any:
    async with client.post(path, json=body) as response:
        assert response.status < 300, await response.text()
        return await response.json()


async def _seen(
    url: str, link: Link, client: aiohttp.ClientSession, paths: Sequence[str]
) -> list[list[Words]]:
    """Give the commands that the router sends for each customer's context."""

    async def read(path: str) -> None:
        async with client.get(path) as response:
            assert len((await response.json())["events"]) == 50

    async with monitor(url, link) as watch:
        return [await watch.commands(lambda path=path: read(path)) for path in paths]  # type: ignore[misc]


def _read(server: Server, paths: Sequence[str], options: Options) -> load.Seen:
    seen = load.send(
        load.Plan(
            url=server.url, paths=paths, headers=HEADERS, connections=16,
            seconds=options.seconds, warm_s=options.warm_s,
        )
    )  # fmt: skip
    assert seen.bad == 0, f"{seen.bad} answers were no success"
    return seen


_runs = itertools.count(1)


async def _beside(server: Server, paths: Sequence[str], options: Options) -> load.Seen:
    """Read at a moderate pace while events come in."""
    bodies = samples.bodies(options.customers)
    events = load.begin(
        load.Plan(
            url=server.url, paths=["/v1/events"], bodies=bodies, headers=HEADERS, rate=EVENTS_A_SECOND,
            seconds=options.seconds, warm_s=options.warm_s, first=next(_runs) * 10_000_000,
        )
    )  # fmt: skip
    reads = load.begin(
        load.Plan(
            url=server.url, paths=paths, headers=HEADERS, rate=READS_A_SECOND, connections=16,
            seconds=options.seconds, warm_s=options.warm_s,
        )
    )  # fmt: skip
    seen, posted = await asyncio.to_thread(reads), await asyncio.to_thread(events)
    assert seen.bad == posted.bad == 0, "some answers were no success"
    await server.rest()
    return seen
