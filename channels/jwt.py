"""JSON Web Tokens (RFC 7519) as providers sign their calls with them: HMAC with our secret, or RS256.

The caller names the algorithms it takes, so that a token cannot choose one; ``none`` is never among them.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from channels import base64url, wire
from channels.public_keys import Key
from channels.wire import Table
from router.errors import Malformed, Unverified
from router.model.cloudevents import decoded

HMACS: Mapping[str, str] = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_MOST = 16_384  # characters of a token; real ones have a thousand


class _Token(NamedTuple):
    head: Table
    claims: Table
    signed: bytes
    signature: bytes


def hmac_claims(token: str, secret: str, algorithms: Sequence[str]) -> Table:
    """Give the claims of a token signed with the secret by one of the algorithms (HS256, HS384, HS512).

    Unverified where it is not, or the secret is empty. The times are the caller's to check.
    """
    read = _read(token, algorithms)
    key = secret.encode("utf-8", "surrogatepass")
    code = hmac.digest(key, read.signed, HMACS[read.head["alg"]])
    if not key or not hmac.compare_digest(code, read.signature):
        raise Unverified("the token is not signed with the secret")
    return read.claims


def hs256(claims: Table, secret: str) -> str:
    """Write a token of our own, signed with the secret by HS256."""
    written = ".".join(
        base64url.write(msgspec.json.encode(part)) for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    code = hmac.digest(secret.encode("utf-8", "surrogatepass"), written.encode("ascii"), "sha256")
    return f"{written}.{base64url.write(code)}"


def unproven(token: str) -> Table:
    """Give what a token claims, whoever signed it: for captures, where there is no secret. Unverified."""
    return _read(token, tuple(HMACS)).claims


def rs256_claims(token: str, keys: Sequence[Key]) -> tuple[Table, Key]:
    """Give the claims of a token signed by RS256 (RFC 7518 §3.3) with one of the keys, and that key.

    Unverified where it is not. The times are the caller's to check.
    """
    read = _read(token, ("RS256",))
    kid = wire.text(read.head, "kid") or ""
    for key in keys:
        if key.kid and kid and key.kid != kid:
            continue
        try:
            key.public.verify(read.signature, read.signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return read.claims, key
    raise Unverified("the token is not signed with a key that we know")


def check_times(claims: Table, now: float, *, leeway_s: float, expires: bool = True) -> None:
    """Raise Unverified unless ``now`` (unix seconds) lies between ``nbf`` and ``exp``, give or take leeway.

    ``expires``: a token without ``exp`` is refused.
    """
    start, end = claims.get("nbf"), claims.get("exp")
    if end is None and expires:
        raise Unverified("the token never expires")
    if end is not None and not (_is_time(end) and now < end + leeway_s):
        raise Unverified("the token has expired")
    if start is not None and not (_is_time(start) and now >= start - leeway_s):
        raise Unverified("the token is not valid yet")


def _read(token: str, algorithms: Sequence[str]) -> _Token:
    """Take a token apart; Unverified where it is none, or of another algorithm."""
    parts = token.split(".") if len(token) <= _MOST else []
    try:
        head, claims, signature = (base64url.read(part) for part in parts)
        read = _Token(
            wire.table(decoded(head)), wire.table(decoded(claims)),
            f"{parts[0]}.{parts[1]}".encode("ascii"), signature,
        )  # fmt: skip
    except (ValueError, Malformed):
        raise Unverified("there is no token, or it cannot be read") from None
    if read.head.get("alg") not in algorithms or "crit" in read.head:
        raise Unverified("the token is signed by an algorithm that is not taken")
    return read


def _is_time(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)
