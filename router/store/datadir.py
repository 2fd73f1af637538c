"""The data directory of the embedded engine: one router at a time, and where its socket is.

The lock is held by the router and by its engine, so it is free only once both have ended: an engine
that is still saving after its router was killed keeps the next one waiting, not fighting.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from router.errors import ConfigInvalid, DataInUse

SAVING_S = 10.0
"""How long an engine may go on saving after its router has died."""
_STEP_S = 0.02
_PREFIX = "router-"
_LONGEST = 90  # a unix socket's path ends at 104 bytes on macOS, 108 on Linux


class DataDir:
    """A directory, its lock file, and a fresh private directory for the socket."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None
        self._room: Path | None = None

    @property
    def socket(self) -> Path:
        """Where the engine listens; known once the directory is taken."""
        if self._room is None:
            raise DataInUse(f"{self.path} is not taken")
        return self._room / "s"

    @property
    def lock(self) -> int:
        """The locked file, for the engine to inherit."""
        if self._lock is None:
            raise DataInUse(f"{self.path} is not taken")
        return self._lock

    async def take(self) -> None:
        """Lock the directory, making it if need be. DataInUse where another router holds it.

        Taking it again while it is ours does nothing.
        """
        if self._lock is not None:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as problem:
            raise ConfigInvalid(f"data directory {self.path}: {problem.strerror}") from problem
        try:
            await self._win(lock)
            _clear(_note(lock)[1])
            self._room = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_short_tmp()))
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n{self._room}".encode(), 0)
        except BaseException:
            os.close(lock)
            raise
        self._lock = lock

    async def _win(self, lock: int) -> None:
        """Lock; wait only for the engine of a router that is dead."""
        end = asyncio.get_running_loop().time() + SAVING_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as problem:
                owner = _note(lock)[0]
                if _lives(owner) or asyncio.get_running_loop().time() > end:
                    raise DataInUse(f"{self.path} is used by process {owner}") from problem
            else:
                return
            await asyncio.sleep(_STEP_S)

    def free(self) -> None:
        """Give the directory back and remove the socket."""
        if self._room is not None:
            _clear(self._room)
            self._room = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _note(lock: int) -> tuple[int, Path | None]:
    """Read who took the directory last, and where that one's socket was."""
    pid, _, room = os.pread(lock, 4096, 0).decode(errors="replace").partition("\n")
    return int(pid) if pid.isdigit() else 0, Path(room) if room else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0


def socket_of(path: Path) -> Path | None:
    """Give the socket of the engine that a living router runs on a data directory; None: none does."""
    try:
        lock = os.open(path / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        owner, room = _note(lock)
    finally:
        os.close(lock)
    return room / "s" if room is not None and _lives(owner) else None


def _clear(room: Path | None) -> None:
    """Remove a socket's directory, ours by its name and owner; one that a killed router left, too."""
    if room and room.name.startswith(_PREFIX) and room.is_dir() and room.stat().st_uid == os.getuid():
        shutil.rmtree(room, ignore_errors=True)


def _short_tmp() -> str | None:
    tmp = tempfile.gettempdir()
    return tmp if len(tmp) <= _LONGEST - len(_PREFIX) - 10 else "/tmp"  # noqa: S108  private by mkdtemp
