"""A real ``router serve`` in a process of its own, to be talked to, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Condition, Thread
from typing import IO, Any
from uuid import uuid4

import aiohttp
import msgspec

READY_S = 30


class Service:
    """Runs the router on free ports. ``data`` keeps what it was told; ``redis_url`` None: embedded."""

    def __init__(self, folder: Path, config: str = "", redis_url: str | None = None) -> None:
        self.folder = folder
        self._config = folder / "router.toml"
        self._config.write_text(config)
        self._redis_url = redis_url
        self.key = f"an-admin-key-{uuid4().hex}"  # a key opens one workspace of a server, and no other
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: Thread | None = None
        self._log, self._logged = bytearray(), Condition()
        self.addresses: Mapping[str, str] = {}

    def start(self, port: int = 0, smtp_port: int = 0, **environ: str) -> None:
        """Start it, on any free ports or these, and return when it says that it is ready."""
        command = [sys.executable, "-m", "router", "serve", "--config", str(self._config)]
        command += ["--port", str(port), "--smtp-port", str(smtp_port)]
        command += ["--data", str(self.folder / "data")]
        if self._redis_url:
            command += ["--redis-url", self._redis_url]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ROUTER_")}
        environment = {**clean, "ROUTER_ADMIN_KEY": self.key, **environ}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=None)
        self.addresses = self._ready()

    def _ready(self) -> dict[str, str]:
        """Read log lines until the one that says ready."""
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told: dict[str, Any] = msgspec.json.decode(line)
            if told["event"] == "ready":
                self._reader = Thread(target=self._read, args=(self._process.stdout,), daemon=True)
                self._reader.start()
                return told
        raise AssertionError(f"the service ended with {self._end()} before it was ready")

    def _read(self, lines: IO[bytes]) -> None:
        """Read what is logged to its end: a pipe that nobody reads would stop the service."""
        for line in lines:
            with self._logged:
                self._log += line
                self._logged.notify_all()

    def logged(self, words: bytes) -> bytes:
        """Wait until it has logged these words; give all it logged since it was first ready."""
        with self._logged:
            assert self._logged.wait_for(lambda: words in self._log, READY_S), bytes(self._log)
            return bytes(self._log)

    @property
    def pid(self) -> int:
        """The process id, 0 before the start."""
        return self._process.pid if self._process else 0

    def kill(self) -> None:
        """Kill -9 the router; its engine notices by itself."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._end()

    def _end(self) -> int:
        assert self._process is not None
        code = self._process.wait(timeout=READY_S)
        if self._reader is not None:
            self._reader.join(READY_S)
        if self._process.stdout:
            self._process.stdout.close()
        return code

    def raw(self, name: str) -> bytes:
        """Read a raw body that was kept."""
        (path,) = (self.folder / "data" / "raw").rglob(name)
        return path.read_bytes()

    def client(self, key: str | None = None) -> aiohttp.ClientSession:
        """Give an HTTP client of it, with a key (the admin's)."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return aiohttp.ClientSession(self.addresses["http"], headers=headers)


async def ask(client: aiohttp.ClientSession, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """Ask, expect success, give the decoded answer."""
    async with client.request(method, path, json=body, **more) as response:
        text = await response.read()
        assert response.status < 300, (method, path, response.status, text)
        return msgspec.json.decode(text) if text else None
