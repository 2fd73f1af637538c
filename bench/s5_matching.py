"""S5: what matching costs the engine: a whole item_sync, an accept, a completion that refills the slot.

Engine time is that of the functions alone (INFO commandstats), so nothing else on the machine is in it
but what takes the processor away while a function runs.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable
from statistics import median

from msgspec import Struct

from bench.options import Options
from bench.routing import Size, slot
from bench.servers import Commands, engine
from bench.table import Row, at_most
from router.store.link import Link

GOAL_US, GROWTH, CREWS = 40.0, 1.5, 3.0
SMALL = Size(agents=10, items=0, lanes=1, crews=1)
AGENTS, LANES = 10_000, 20
AT_ONCE = 100
"""Agents who are busy in a round."""


class Times(Struct, frozen=True):
    """Engine time of each transition, in microseconds."""

    sync: float
    accept: float
    complete: float

    @property
    def mean(self) -> float:
        """Give the time of a transition."""
        return (self.sync + self.accept + self.complete) / 3


async def run(options: Options) -> list[Row]:
    """Measure: the small slot, and the big one at 1, 20 and 200 crews per lane."""
    agents = min(AGENTS, options.items)
    async with engine() as (_, link):
        small = await _times(link, "small", SMALL, options)
        big = {
            crews: await _times(link, f"big{crews}", _size(agents, options, crews), options)
            for crews in (1, 20, min(200, agents))
        }
    one, many = big[1], big[max(big)]
    return [
        *_rows(small, SMALL),
        *(row for crews, times in big.items() for row in _rows(times, _size(agents, options, crews))),
        _bound("a transition at one crew", one.mean, GOAL_US, 1.0),
        _bound("the big slot beside the small one", one.mean, small.mean, GROWTH),
        _bound(f"{max(big)} crews a lane beside one", many.mean, one.mean, CREWS),
    ]


def _size(agents: int, options: Options, crews: int) -> Size:
    return Size(agents=agents, items=options.items, lanes=LANES, crews=crews)


async def _times(link: Link, name: str, size: Size, options: Options) -> Times:
    """Fill a slot, and let agents work in it for some rounds; the medians of the rounds."""
    made = await slot(link, name, size)
    commands = Commands(link)

    async def engine_us(work: Awaitable[None]) -> float:
        await commands.begin()
        await work
        calls, us = (await commands.since())["fcall"]
        return us / calls

    rounds = []
    for number in range(options.rounds):
        agents = random.Random(number).sample(range(size.agents), min(AT_ONCE, size.agents))  # noqa: S311 - no secret
        sync = await engine_us(made.arrive(len(agents)))
        offers = await made.offered(agents)
        accept = await engine_us(made.accept(offers))
        rounds.append(Times(sync, accept, await engine_us(made.complete(offers))))
    return Times(
        median(one.sync for one in rounds),
        median(one.accept for one in rounds),
        median(one.complete for one in rounds),
    )


def _rows(times: Times, size: Size) -> list[Row]:
    words = f"{size.agents:,} agents, {size.items:,} items, {size.lanes} lanes, {size.crews} crews a lane"
    return [
        Row(name="", what=f"{words}: {transition}", unit="us", ours=us)
        for transition, us in (("sync", times.sync), ("accept", times.accept), ("complete", times.complete))
    ]


def _bound(what: str, ours: float, limit: float, goal: float) -> Row:
    ratio = ours / limit
    return Row(name="S5", what=what, unit="us", ours=ours, limit=limit, ratio=ratio, goal=at_most(goal))
