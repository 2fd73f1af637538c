"""The public keys of who signs: a PEM key, or a set of JSON Web Keys (RFC 7517)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from channels import base64url, wire
from channels.wire import Table
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded


class Key(NamedTuple):
    """A public key: its id, and the channels that its owner lets it speak for (none: it does not say)."""

    kid: str
    public: RSAPublicKey
    endorsements: Sequence[object] = ()


@functools.lru_cache(maxsize=32)
def read(secret: str) -> tuple[Key, ...]:
    """Read RSA keys from a PEM public key or a JWK set (RFC 7517) as JSON; Unverified where it is neither."""
    try:
        if secret.lstrip().startswith("-----BEGIN"):
            public = load_pem_public_key(secret.strip().encode("ascii"))
            return (Key("", public),) if isinstance(public, RSAPublicKey) else ()
        return tuple(
            Key(wire.text(entry, "kid") or "", _numbers(entry), wire.array(entry, "endorsements"))
            for entry in wire.tables(decoded(secret.encode("utf-8", "replace")), "keys")
            if entry.get("kty") == "RSA"
        )
    except (ValueError, Malformed):
        raise Unverified("the secret is neither a PEM public key nor a JWK set") from None


def _numbers(entry: Table) -> RSAPublicKey:
    """Make the key of a JWK (RFC 7518 §6.3.1); ValueError where it is none."""
    n, e = (int.from_bytes(base64url.read(wire.text(entry, part) or ""), "big") for part in ("n", "e"))
    return RSAPublicNumbers(e, n).public_key()
