"""The processes that are measured: an engine, the router on it, and the bare handler beside it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from router.store.engine import Engine, Options
from router.store.link import Link, open_link

KEY = "a-key-for-the-bench-alone"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
LINES = {**HEADERS, "Content-Type": "application/x-ndjson"}

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def engine() -> AsyncIterator[tuple[str, Link]]:
    """Run an engine as the router does, on a directory that goes away; its URL and a link to it."""
    with TemporaryDirectory(prefix="router-bench-") as folder:
        one = Engine(Path(folder), Options())
        url = await one.start()
        link = await open_link(url, deadline_s=60)
        try:
            yield url, link
        finally:
            await link.close()
            await one.stop()


class Server:
    """A server in a process of its own: the module and its arguments, and what it reads from stdin.

    It says where it listens in its first line that has ``http``.
    """

    def __init__(
        self,
        command: Sequence[str],
        environ: dict[str, str] | None = None,
        told: bytes = b"",
        python: str = sys.executable,
    ) -> None:
        self.lines = 0
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")}
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [python, "-m", *command],
            env=clean | (environ or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if self._process.stdin is not None:
            with self._process.stdin as door:
                door.write(told)
        self.url = self._address()
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def _drain(self) -> None:
        """Read its log away: a full pipe would stop it."""
        assert self._process.stdout is not None
        for _ in self._process.stdout:
            self.lines += 1

    def _address(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = msgspec.json.decode(line)
            if "http" in told:
                return str(told["http"])
        raise RuntimeError(f"the server ended with {self._process.wait()} before it was ready")

    def cpu_s(self) -> float:
        """Give the processor time it has taken, in seconds (proc(5), utime and stime); 0 where untold."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) * _TICK_S

    async def rest(self) -> None:
        """Wait until it has nothing left to do, at most half a minute: its next work shall be ours."""
        for _ in range(150):
            before = self.cpu_s()
            await asyncio.sleep(0.2)
            if self.cpu_s() - before < 0.03:
                return

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def router(url: str, workspace: str) -> Iterator[Server]:
    """Run ``router serve`` on an engine, in a workspace of its own."""
    environ = {
        "ROUTER_ADMIN_KEY": KEY, "ROUTER_REDIS_URL": url, "ROUTER_PORT": "0", "ROUTER_HOST": "127.0.0.1",
        "ROUTER_WORKSPACE": workspace,
    }  # fmt: skip
    server = Server(["router", "serve"], environ)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def bare(kind: str, url: str, *more: str, told: bytes = b"") -> Iterator[Server]:
    """Run a handler of ``bench.bare`` on an engine; ``told`` is what it reads when it starts."""
    server = Server(["bench.bare", kind, url, *more], told=told)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def peer(python: str, url: str, *more: str) -> Iterator[Server]:
    """Run ``bench.peer`` on an engine, with a Python that can."""
    server = Server(["bench.peer", url, *more], python=python)
    try:
        yield server
    finally:
        server.stop()


class Commands:
    """What the engine did between two looks: calls and microseconds by command (INFO commandstats)."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._before: dict[str, tuple[int, int]] = {}

    async def begin(self) -> None:
        """Look for the first time."""
        self._before = await self._look()

    async def since(self) -> dict[str, tuple[int, int]]:
        """Give (calls, microseconds) of each command since ``begin``; a function's hold what it calls."""
        now = await self._look()
        found = {name: _less(pair, self._before.get(name, (0, 0))) for name, pair in now.items()}
        return {name: pair for name, pair in found.items() if pair[0]}

    async def _look(self) -> dict[str, tuple[int, int]]:
        info: bytes = await self._link.call("INFO", "commandstats", key="")
        rows = (line.split(":", 1) for line in info.decode().splitlines() if line.startswith("cmdstat_"))
        return {name.removeprefix("cmdstat_"): _pair(values) for name, values in rows}


def _pair(values: str) -> tuple[int, int]:
    found = dict(part.split("=") for part in values.split(","))
    return int(found["calls"]), int(found["usec"])


def _less(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] - other[0], one[1] - other[1]
