"""S1: one event a request, against a bare handler that decodes it and makes the same calls at once.

Extra: what a duplicate costs beside a first delivery (S12).
"""

from __future__ import annotations

from msgspec import Struct

from bench import load, samples
from bench.options import Options
from bench.servers import HEADERS, Commands, Server, bare, engine, peer, router
from bench.table import Goal, Row, against, at_most, beside
from router.store.link import Link

GOAL, DUPLICATE_GOAL, PEER_GOAL = 0.70, 0.30, 3.5


class Cost(Struct, frozen=True):
    """What requests cost: good ones and their rate; microseconds and calls of one request."""

    good: int
    rate: float
    server_us: float
    engine_us: float
    calls: float


async def run(options: Options) -> list[Row]:
    """Measure."""
    async with engine() as (url, link):
        with router(url, "ours") as ours, bare("events", url, "bare", str(options.customers)) as other:
            bench = _Bench(options, link, ours, other)
            rows = await bench.rows()
            if options.fastapi:
                with peer(options.fastapi, url, "peer", str(options.customers)) as fastapi:
                    rows.append(await bench.beside(fastapi))
            return rows


class _Bench:
    """The two servers, and numbers for their events."""

    def __init__(self, options: Options, link: Link, ours: Server, other: Server) -> None:
        self._options, self._commands = options, Commands(link)
        self._ours, self._other = ours, other
        self._bodies = samples.bodies(options.customers)
        self._first = 0

    async def rows(self) -> list[Row]:
        """Measure pair by pair, ours then the limit."""
        await self._rate(self._ours)  # every customer is known from here on
        pairs = [await self._pair(self._other) for _ in range(self._options.pairs)]
        again = await self._again()
        return [
            against(
                "S1", "one event a request", "requests/s", [(a.rate, b.rate) for a, b in pairs], Goal(GOAL)
            ),
            beside("processor of the server", "us/request", [(a.server_us, b.server_us) for a, b in pairs]),
            beside("engine time in functions", "us/request", [(a.engine_us, b.engine_us) for a, b in pairs]),
            beside("functions called", "/request", [(a.calls, b.calls) for a, b in pairs]),
            against(
                "S12",
                "duplicate beside first delivery: engine",
                "us/request",
                [(a.engine_us, b.engine_us) for a, b in again],
                at_most(DUPLICATE_GOAL),
            ),
            beside("the same: processor", "us/request", [(a.server_us, b.server_us) for a, b in again]),
        ]

    async def beside(self, fastapi: Server) -> Row:
        """Measure beside FastAPI."""
        pairs = [await self._pair(fastapi) for _ in range(self._options.pairs)]
        rates = [(a.rate, b.rate) for a, b in pairs]
        return against("S1", "the same beside FastAPI with a pool", "requests/s", rates, Goal(PEER_GOAL))

    async def _pair(self, other: Server) -> tuple[Cost, Cost]:
        return await self._rate(self._ours), await self._rate(other)

    async def _rate(self, server: Server) -> Cost:
        """Send new events for a while."""
        self._first += 10_000_000
        return await self._cost(server, self._first)

    async def _again(self) -> list[tuple[Cost, Cost]]:
        """Send new events, and then the same again and again, pair by pair."""
        pairs = []
        for _ in range(self._options.pairs):
            once = await self._rate(self._ours)
            pairs.append((await self._cost(self._ours, self._first, span=once.good), once))
        return pairs

    async def _cost(self, server: Server, first: int, span: int = 10**9) -> Cost:
        options = self._options
        plan = load.Plan(
            url=server.url,
            paths=["/v1/events"],
            bodies=self._bodies,
            headers=HEADERS,
            connections=options.connections,
            seconds=options.seconds,
            warm_s=options.warm_s,
            first=first,
            span=span,
        )
        await self._commands.begin()
        before = server.cpu_s()
        seen = load.send(plan)
        used = server.cpu_s() - before
        await server.rest()
        calls, engine_us = (await self._commands.since()).get("fcall", (0, 0))
        assert seen.bad == 0, f"{seen.bad} answers were no success"
        sent = seen.rate * (options.seconds + options.warm_s)
        return Cost(seen.good, seen.rate, used / sent * 1e6, engine_us / sent, calls / sent)
