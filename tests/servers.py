"""Real servers for tests: Valkey as the router starts it, Debian's Redis, a cluster."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS

from router.store.engine import Engine, Options

T = TypeVar("T")


def settle(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from a session fixture, on a loop of its own that nobody else sees."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def free_port() -> int:
    """Give a port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running server. ``url`` is for `open_link`; ``admin`` is a plain blocking client for the test."""

    def __init__(self, engine: Engine, port: int = 0) -> None:
        self.engine = engine
        self.port = port
        self.cluster = bool(port)
        self.start()
        self.admin = redis.Redis(unix_socket_path=str(engine.socket), retry=None)

    @property
    def url(self) -> str:
        """The address, a cluster's by its port."""
        return f"redis+cluster://127.0.0.1:{self.port}" if self.cluster else self.engine.url

    @property
    def pid(self) -> int:
        """The process id, 0 while it is down."""
        return self.engine.pid

    def start(self) -> None:
        """Start it, or start it again at the same address."""
        settle(self.engine.start())

    def stop(self) -> None:
        """Stop it and close the test's own client."""
        self.admin.close()
        settle(self.engine.stop())


def valkey(folder: Path, **settings: str) -> Server:
    """Start Valkey, as the router embeds it."""
    return Server(Engine(folder, Options(settings=settings)))


def find_redis() -> Path | None:
    """Give Debian's redis-server, if it is installed."""
    path = shutil.which("redis-server")
    return Path(path) if path else None


def redis_server(folder: Path, binary: Path, **settings: str) -> Server:
    """Start a given redis-server."""
    return Server(Engine(folder, Options(binary=binary, settings=settings)))


def cluster(folder: Path, size: int = 1) -> list[Server]:
    """Start a cluster of ``size`` primaries that share all slots evenly."""
    servers = []
    for number in range(size):
        port = free_port()
        settings = {
            "bind": "127.0.0.1",
            "port": str(port),
            "cluster-port": str(free_port()),
            "cluster-enabled": "yes",
            "cluster-node-timeout": "2000",
        }
        servers.append(Server(Engine(folder / str(number), Options(settings=settings)), port))
    _join(servers)
    return servers


def _join(servers: Sequence[Server]) -> None:
    """Give each its share of the slots, let them meet, and wait until each sees the whole."""
    share = -(-REDIS_CLUSTER_HASH_SLOTS // len(servers))
    for number, server in enumerate(servers):
        first = number * share
        last = min(first + share, REDIS_CLUSTER_HASH_SLOTS) - 1
        server.admin.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        server.admin.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    bus = {server.port: server.admin.config_get("cluster-port")["cluster-port"] for server in servers}
    for server in servers[1:]:
        server.admin.execute_command("CLUSTER", "MEET", "127.0.0.1", servers[0].port, bus[servers[0].port])
    for server in servers:
        while not _whole(server, len(servers)):
            pass


def _whole(server: Server, size: int) -> bool:
    info = server.admin.execute_command("CLUSTER", "INFO").decode()
    return "cluster_state:ok" in info and f"cluster_size:{size}" in info
