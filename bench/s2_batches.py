"""S2: batches of 100 events, against the engine doing nothing but the same functions."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

import msgspec
from msgspec import Struct

from bench import calls, load, samples
from bench.options import Options
from bench.servers import LINES, Commands, Server, engine, router
from bench.table import Goal, Row, against, beside
from router.store.link import Link
from router.store.stream import pack

GOAL = 0.60
SIZE = 100


async def run(options: Options) -> list[Row]:
    """Measure."""
    async with engine() as (url, link), AsyncExitStack() as stack:
        home = await calls.house(url, "bare", stack)
        known = await calls.prepare(home, options.customers)
        with router(url, "ours") as ours:
            bodies = samples.batches(options.customers, SIZE)
            await _rate(ours, link, bodies, options, first=0)
            pairs = []
            for turn in range(1, options.pairs + 1):
                found = await _rate(ours, link, bodies, options, first=turn * 10_000_000)
                pairs.append((found, await _limit(url, link, known, turn, options)))
    return [
        against("S2", f"batches of {SIZE}", "events/s", [(a.rate, b.rate) for a, b in pairs], Goal(GOAL)),
        beside("processor of the server", "us/event", [(a.server_us, b.server_us) for a, b in pairs]),
        beside("engine time in functions", "us/event", [(a.engine_us, b.engine_us) for a, b in pairs]),
        beside("functions called", "/event", [(a.calls, b.calls) for a, b in pairs]),
    ]


class Found(Struct, frozen=True):
    """Events a second; microseconds and calls of one event."""

    rate: float
    server_us: float
    engine_us: float
    calls: float


async def _rate(
    server: Server, link: Link, bodies: Sequence[bytes], options: Options, *, first: int
) -> Found:
    plan = load.Plan(
        url=server.url, paths=["/v1/events"], bodies=bodies, headers=LINES, first=first,
        connections=8, seconds=options.seconds, warm_s=options.warm_s,
    )  # fmt: skip
    commands = Commands(link)
    await commands.begin()
    before = server.cpu_s()
    seen = load.send(plan)
    used = server.cpu_s() - before
    await server.rest()
    count, engine_us = (await commands.since()).get("fcall", (0, 0))
    assert seen.bad == 0, f"{seen.bad} answers were no success"
    sent = seen.rate * SIZE * (options.seconds + options.warm_s)
    return Found(seen.rate * SIZE, used / sent * 1e6, engine_us / sent, count / sent)


async def _limit(url: str, link: Link, known: Sequence[calls.Calls], turn: int, options: Options) -> Found:
    """Send the calls of as many events as the engine does in about the same time, ready packed."""
    count = max(1, round(options.seconds * 50)) * SIZE
    numbers = range(turn * 10_000_000, turn * 10_000_000 + count)
    events = [known[number % len(known)].make(number) for number in numbers]
    packed = [
        b"".join(pack(command) for event in events[start : start + SIZE] for _, command in event)
        for start in range(0, count, SIZE)
    ]
    commands = Commands(link)
    await commands.begin()
    taken = await asyncio.to_thread(_send, url, packed, SIZE * len(events[0]))
    called, engine_us = (await commands.since())["fcall"]
    return Found(count / taken, 0.0, engine_us / count, called / count)


def _send(url: str, packed: Sequence[bytes], each: int) -> float:
    """Let a process of its own send them; give the seconds it took."""
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "bench.pipeline", url.removeprefix("unix://"), str(each)],
        input=msgspec.msgpack.encode(packed), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return float(done.stdout)
