"""The traffic: stories begin as they do in life, at random, and three times as often in a rush."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from router.demo.customers import Customers
from router.demo.doors import Refusal
from router.demo.story import Stories

SEED = 1906
CALM, RUSH = 0.65, 1.8
"""Stories a second; each makes about seven events, replies and calls included."""

EVERY_S, RUSH_FROM_S, RUSH_TO_S = 180.0, 35.0, 75.0
MOST = 250
"""Stories at once: a router that stands still must not let the demo grow without end."""

LIVE_FROM, A_START = 1000, 600
"""The first person who comes live, since those before have a past; how many later the next start begins."""

RETURNS = 0.1
"""The share of stories of people with a past."""

FIRST, FIRST_EVERY_S = 8, 0.25
"""So many stories begin at once, so that nobody has to wait until something moves."""


def rate(since_s: float) -> float:
    """Give the stories a second at a time since the start."""
    return RUSH if RUSH_FROM_S <= since_s % EVERY_S < RUSH_TO_S else CALM


class Traffic:
    """Begins stories until cancelled, and ends those under way with it."""

    def __init__(self, customers: Customers, starts: int, now: Callable[[], float]) -> None:
        """Tell other stories than the ``starts`` runs before."""
        seed = SEED + starts
        self._customers, self._now = customers, now
        self._rng = Random(seed)  # noqa: S311 - the same traffic each time is the point
        self._fresh = Stories(seed, first=LIVE_FROM + starts * A_START)
        self._known = Stories(seed, first=starts * A_START)
        self._running: set[asyncio.Task[None]] = set()
        self._start = now()

    @property
    def rush(self) -> bool:
        """Say whether it is rush hour."""
        return rate(self._now() - self._start) > CALM

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            for _ in range(FIRST):
                self._begin()
                await asyncio.sleep(FIRST_EVERY_S)
            while True:
                await asyncio.sleep(self._rng.expovariate(rate(self._now() - self._start)))
                if len(self._running) < MOST:
                    self._begin()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self) -> None:
        stories = self._known if self._rng.random() < RETURNS else self._fresh
        task = asyncio.create_task(self._act(stories))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _act(self, stories: Stories) -> None:
        """Act out the next story. A door that is shut for a moment costs a story, not the demo."""
        try:
            await self._customers.act(stories.tell())
        except Refusal:
            return
