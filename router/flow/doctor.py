"""Examines a workspace: what is kept must equal what a recount finds, and the ground must be firm."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from msgspec import Struct

from router.flow.dead_letters import DeadLetters
from router.flow.project import Project
from router.store.dead_letters import MOST
from router.store.marks import Marks
from router.store.pulse import Pulse
from router.store.rows import Rows
from router.store.slot import RoutingSlot

FILES = 4096
"""Open files a busy router needs: each stream and each connection is one."""

SKEW_S = 1.0
LATE_MS = 10_000
"""A mark that is older has been left by a courier that does not run."""

DAYS = 60
BATCH = 64


class Finding(Struct, frozen=True):
    """One examination: what it looked at, how that is, what was found, and how to mend it."""

    what: str
    state: Literal["well", "advice", "ill"]
    found: str
    mend: str = ""


class Doctor:
    """Looks at everything that can drift, and at what the machine allows."""

    def __init__(  # noqa: PLR0913, PLR0917 - it looks everywhere
        self,
        slot: RoutingSlot,
        rows: Rows,
        marks: Marks,
        project: Project,
        letters: DeadLetters,
        pulse: Pulse,
        now: Callable[[], float],
    ) -> None:
        self._slot, self._rows, self._marks = slot, rows, marks
        self._project, self._letters, self._pulse, self._now = project, letters, pulse, now

    async def examine(self) -> AsyncIterator[Finding]:
        """Yield one finding after another."""
        yield await self._store()
        yield await self._clock()
        yield await self._depth()
        yield await self._debts()
        yield await self._reports()
        yield await self._dead()
        yield _files()
        yield _overcommit()

    async def _store(self) -> Finding:
        trouble = await self._pulse.trouble()
        if trouble:
            return Finding("store", "ill", trouble, mend="mend the disk or the setting, then restart it")
        return Finding("store", "well", await self._pulse.version())

    async def _clock(self) -> Finding:
        skew_s = abs((await self._slot.depths.read()).now_ms / 1000 - self._now())
        found = f"{skew_s:.3f} s beside that of the store"
        if skew_s < SKEW_S:
            return Finding("clock", "well", found)
        mend = "let both machines follow one time server (chrony, systemd-timesyncd)"
        return Finding("clock", "ill", found, mend)

    async def _depth(self) -> Finding:
        """Recount; under traffic the two reads may differ by what moved between, so look again."""
        for _ in range(5):
            kept, counted = await asyncio.gather(self._slot.depths.read(), self._slot.depths.recount())
            if (kept.states, kept.oldest) == (counted.states, counted.oldest):
                return Finding("depth", "well", f"equals a recount of {sum(kept.states.values())} items")
            await asyncio.sleep(0.2)
        wrong = {*kept.states.items()} ^ {*counted.states.items()}
        found = f"differs from a recount at {sorted({place for place, _ in wrong})}"
        return Finding("depth", "ill", found, mend="keep this output and report it: this must never be")

    async def _debts(self) -> Finding:
        marks = [mark for mark in await self._marks.owed(BATCH) if mark.age_ms > LATE_MS]
        untold = await self._slot.dues.untold(LATE_MS, BATCH)
        if marks or untold:
            found = f"{len(marks)} marks and {len(untold)} happenings are older than {LATE_MS // 1000} s"
            return Finding("marks", "ill", found, mend="start a router: its courier carries them")
        return Finding("marks", "well", "nothing is left undone")

    async def _dead(self) -> Finding:
        letters = (await self._letters.page(None, MOST)).letters
        if not letters:
            return Finding("letters", "well", "no dead letter waits")
        newest = letters[0]
        found = f"dead letters wait: {len(letters)}, the newest of {newest.source}: {newest.problem.detail}"
        mend = "GET /v1/dead-letters shows them; mend what is wrong, then POST /v1/dead-letters/ID/retry"
        return Finding("letters", "advice", found, mend)

    async def _reports(self) -> Finding:
        """Fold every customer with rows of the last days anew and compare."""
        today = datetime.fromtimestamp(self._now(), UTC).date()
        days = [(today - timedelta(days=n)).isoformat() for n in range(-1, DAYS)]
        kept = await self._rows.by_view(days)
        wrong = [view for view, rows in kept.items() if not await self._same(view, rows)]
        if wrong:
            found = (
                f"the rows of {len(wrong)} of {len(kept)} customers differ from their timelines: {wrong[:5]}"
            )
            return Finding("reports", "ill", found, mend="run it again; if it stays, report it")
        return Finding("reports", "well", f"the rows of {len(kept)} customers equal their timelines")

    async def _same(self, view: str, rows: frozenset[bytes]) -> bool:
        _, anew = await self._project.rows_of(view)
        # Rows of days out of the span are not in the store's answer; those that are must be there.
        return rows <= {row.body for row in anew}


def _files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    mend = (
        "" if soft >= FILES else f"ulimit -n {FILES}, or LimitNOFILE={FILES} in the unit (hard limit: {hard})"
    )
    return Finding("open files", "well" if soft >= FILES else "advice", f"{soft} allowed", mend)


def _overcommit() -> Finding:
    path = Path("/proc/sys/vm/overcommit_memory")
    if not path.exists():
        return Finding("memory", "well", "this system has no overcommit setting")
    value = path.read_text().strip()
    mend = (
        "" if value == "1" else "sysctl vm.overcommit_memory=1, or saving may fail when memory is half full"
    )
    return Finding("memory", "well" if value == "1" else "advice", f"vm.overcommit_memory = {value}", mend)
