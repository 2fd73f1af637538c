"""Opens connections: redis-py reads the URL, connects, and does TLS, AUTH, SELECT and HELLO.

Once the handshake is done the socket is handed over to `Stream`, which reads with hiredis without a
task per reply; this costs a quarter of the client CPU of reading through redis-py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from router.errors import ConfigInvalid, StoreAway


class _Socket:
    """Gives away the socket of a redis-py connection after its handshake."""

    _writer: asyncio.StreamWriter | None
    _reader: asyncio.StreamReader | None

    def hand_over(self) -> asyncio.StreamWriter:
        """Return the writer; the connection forgets it and will not close it."""
        writer = self._writer
        if writer is None:
            raise StoreAway("the connection closed during its handshake")
        self._writer = self._reader = None
        return writer


class _Tcp(_Socket, Connection):
    """For ``redis://``."""


class _Tls(_Socket, SSLConnection):
    """For ``rediss://``."""


class _Unix(_Socket, UnixDomainSocketConnection):
    """For ``unix://``."""


_KINDS: Mapping[type, type[_Tcp | _Tls | _Unix]] = {
    Connection: _Tcp,
    SSLConnection: _Tls,
    UnixDomainSocketConnection: _Unix,
}


class Dial:
    """How to reach one server: the URL's options, and the deadline for connecting in seconds."""

    def __init__(self, url: str, deadline_s: float) -> None:
        try:
            self._options: dict[str, Any] = dict(parse_url(url))
        except ValueError as problem:
            raise ConfigInvalid(f"redis url: {problem}") from problem
        self._kind = _KINDS[self._options.pop("connection_class", Connection)]
        self.deadline_s = deadline_s

    @property
    def name(self) -> str:
        """The server's address in words, without its password."""
        options = self._options
        return str(options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}")

    @property
    def host(self) -> str:
        """The host of the URL; empty for a unix socket."""
        return str(self._options.get("host", ""))

    def toward(self, host: str, port: int) -> Dial:
        """Give the same dial for another node of the cluster."""
        twin = object.__new__(Dial)
        twin._options = self._options | {"host": host, "port": port}
        twin._options.pop("path", None)
        twin._kind = _Tcp if self._kind is _Unix else self._kind
        twin.deadline_s = self.deadline_s
        return twin

    async def connect(self) -> asyncio.StreamWriter:
        """Connect and shake hands within the deadline, or raise StoreAway; nothing is tried twice."""
        connection = self._kind(
            **self._options,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=self.deadline_s,
            socket_connect_timeout=self.deadline_s,
            driver_info=None,
        )
        try:
            async with asyncio.timeout(self.deadline_s):
                await connection.connect()  # type: ignore[no-untyped-call]
            return connection.hand_over()
        except (RedisError, OSError, TimeoutError) as problem:
            raise StoreAway(f"cannot connect to {self.name}: {problem or 'no answer'}") from problem
        finally:
            await connection.disconnect(nowait=True)


def split_cluster(url: str) -> tuple[str, bool]:
    """Give the URL as redis-py knows it, and whether it names a cluster.

    A cluster is ``redis+cluster://``, ``rediss+cluster://`` or the option ``?cluster=true``.
    """
    parts = urlsplit(url)
    options = parse_qsl(parts.query)
    asked = dict(options).get("cluster", "false").lower() in {"1", "true", "yes"}
    scheme, _, kind = parts.scheme.partition("+")
    query = urlencode([(name, value) for name, value in options if name != "cluster"])
    return urlunsplit(parts._replace(scheme=scheme, query=query)), asked or kind == "cluster"
