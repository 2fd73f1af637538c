"""The link over TLS, to Debian's Redis: the embedded engine has none."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from servers import Server, free_port, redis_binary

from router.errors import StoreAway
from router.store.engine import Engine, Options
from router.store.link import open_link


def certify(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "store")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "store.crt", folder / "store.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return paths


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
