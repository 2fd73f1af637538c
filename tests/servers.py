"""Real servers for tests: Valkey as the router starts it, Debian's Redis, a cluster."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
import redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS

from router.store.engine import Engine, Options

T = TypeVar("T")

KIND = os.environ.get("ROUTER_TEST_ENGINE", "valkey")
"""Which server this run is about: valkey, cluster or redis."""


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


def redis_binary() -> Path:
    """Give Debian's redis-server, or skip the test with the reason."""
    if (path := shutil.which("redis-server")) is None:
        pytest.skip("there is no redis-server on the PATH")
    return Path(path)


class Server:
    """A server for tests. ``url`` is for `open_link`; ``admin`` is a plain blocking client for the test.

    With a ``port`` it is a member of a cluster.
    """

    def __init__(self, engine: Engine, port: int = 0) -> None:
        self.engine = engine
        self.port = port
        self.cluster = bool(port)
        settle(engine.start())
        self.admin = redis.Redis(unix_socket_path=str(engine.socket), retry=None)

    @property
    def url(self) -> str:
        """The address, a cluster's by its port."""
        return f"redis+cluster://127.0.0.1:{self.port}" if self.cluster else self.engine.url

    @property
    def pid(self) -> int:
        """The process id, 0 while it is down."""
        return self.engine.pid

    def stop(self) -> None:
        """Stop it and close the test's own client."""
        self.admin.close()
        settle(self.engine.stop())


def single(folder: Path, **settings: str) -> Server:
    """Start one server of this run's kind; settings are named with ``_`` for ``-``."""
    binary = redis_binary() if KIND == "redis" else None
    lines = {name.replace("_", "-"): value for name, value in settings.items()}
    return Server(Engine(folder, Options(binary=binary, settings=lines)))


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
    first_bus = servers[0].admin.config_get("cluster-port")["cluster-port"]
    for server in servers[1:]:
        server.admin.execute_command("CLUSTER", "MEET", "127.0.0.1", servers[0].port, first_bus)
    for server in servers:
        while not _whole(server, len(servers)):
            os.sched_yield()


def _whole(server: Server, size: int) -> bool:
    info = server.admin.execute_command("CLUSTER", "INFO").decode()
    return "cluster_state:ok" in info and f"cluster_size:{size}" in info
