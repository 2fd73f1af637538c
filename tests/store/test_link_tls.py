"""The link over TLS, to Debian's Redis: the embedded engine has none."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import certify
from servers import Server, free_port, redis_binary

from router.errors import StoreAway
from router.store.engine import Engine, Options
from router.store.link import open_link


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Start a server that speaks TLS; its address and its authority."""
    binary = redis_binary()
    if b"libssl" not in subprocess.check_output(["ldd", binary]):
        pytest.skip("this redis-server was built without TLS")
    certificate, key = certify(tmp_path)
    port = free_port()
    settings = {
        "tls-port": str(port),
        "tls-cert-file": str(certificate),
        "tls-key-file": str(key),
        "tls-ca-cert-file": str(certificate),
        "tls-auth-clients": "no",
        "bind": "127.0.0.1",
    }
    server = Server(Engine(tmp_path / "engine", Options(binary=binary, settings=settings)))
    yield f"rediss://127.0.0.1:{port}", certificate
    server.stop()


async def test_calls_travel_over_tls(secure: tuple[str, Path]) -> None:
    """After the handshake the same gathered calls go through the encrypted connection."""
    url, authority = secure
    link = await open_link(f"{url}?ssl_ca_certs={authority}")
    big = b"x" * 200_000
    assert await link.call("SET", "{a}big", big, key="{a}") == b"OK"
    read = await asyncio.gather(*(link.call("GET", "{a}big", key="{a}", read=True) for _ in range(20)))
    assert read == [big] * 20
    await link.close()


async def test_an_unknown_authority_is_refused(secure: tuple[str, Path]) -> None:
    """A certificate that nobody vouches for is StoreAway, in words."""
    link = await open_link(secure[0])
    with pytest.raises(StoreAway, match="certificate verify failed"):
        await link.call("PING", key="{a}")
    await link.close()
