"""Tells the past to the router, once for a data directory."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from router.demo.doors import Doors
from router.demo.history import past
from router.demo.logins import Memory, remember

BATCH = 400
_COLUMNS = (TextColumn("Two weeks of history"), BarColumn(), MofNCompleteColumn(), TextColumn("events"))


async def preload(doors: Doors, data: Path, memory: Memory, console: Console, stop: asyncio.Event) -> None:
    """Import the past unless it is told already.

    Interrupted, it is told again as of the same moment, so the same events come and nothing is doubled.
    """
    if memory.past_told:
        return
    as_of = memory.past_at or time.time()
    memory = replace(memory, past_at=as_of)
    remember(data, memory)
    events = past(as_of)
    refused = 0
    with Progress(*_COLUMNS, console=console, transient=True) as progress:
        bar = progress.add_task("past", total=len(events))
        for start in range(0, len(events), BATCH):
            if stop.is_set():
                return
            batch = events[start : start + BATCH]
            refused += await doors.past(batch)
            progress.advance(bar, len(batch))
    if refused:
        console.print(f"{refused} events of the past were refused.")
    remember(data, replace(memory, past_told=True))
