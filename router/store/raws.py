"""Raw bodies: what adapters read, kept a week, so that a wrong reading can be corrected and run again.

Files by hash, in a folder a day, under the data directory; none of it goes through the engine.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from router.errors import Busy, NotFound

KEEP_DAYS = 7
HOUR_S = 3600
NAME_LENGTH = 64


class Raws:
    """The raw bodies under a folder. ``now`` in unix seconds."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self._folder, self._now = folder, now

    async def keep(self, body: bytes) -> str:
        """Keep a body; give its name, the sha256 in hex. The same body is kept once a day.

        Busy when the disk does not take it: whoever sent it comes again.
        """
        name = hashlib.sha256(body).hexdigest()
        try:
            await asyncio.to_thread(self._write, self._place(self._today(), name), body)
        except OSError as problem:
            raise Busy(f"the raw body cannot be kept: {problem.strerror}") from problem
        return name

    async def read(self, name: str) -> bytes:
        """Give a body by its name. NotFound where it never was, or is older than a week."""
        if len(name) != NAME_LENGTH or not set(name) <= set("0123456789abcdef"):
            raise NotFound("there is no such raw body")
        for age in range(KEEP_DAYS + 1):
            path = self._place(self._today() - timedelta(days=age), name)
            if path.is_file():
                return await asyncio.to_thread(path.read_bytes)
        raise NotFound("there is no such raw body (any more)")

    async def sweep(self) -> int:
        """Remove the folders of days that are over a week old; give how many there were."""
        return await asyncio.to_thread(self._sweep)

    async def run(self) -> None:
        """Sweep for ever, once an hour."""
        while True:
            await self.sweep()
            await asyncio.sleep(HOUR_S)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now(), UTC).date()

    def _place(self, day: date, name: str) -> Path:
        return self._folder / day.isoformat() / name[:2] / name

    def _write(self, path: Path, body: bytes) -> None:
        """Write beside, under a name of our own, and rename: nobody ever reads half a body."""
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent, delete=False) as beside:
            beside.write(body)
        Path(beside.name).rename(path)

    def _sweep(self) -> int:
        oldest = (self._today() - timedelta(days=KEEP_DAYS)).isoformat()
        old = [day for day in self._folder.glob("????-??-??") if day.name < oldest]
        for day in old:
            shutil.rmtree(day, ignore_errors=True)
        return len(old)
