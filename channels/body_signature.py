"""Signatures that are an HMAC of what was sent, and secrets that are sent as they are.

HMAC is RFC 2104, with SHA-256 unless the provider has stayed with SHA-1. What is given is compared as bytes,
in a time that tells nothing.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import Literal

from router.errors import Unverified
from router.ports import Request

OURS = "X-Router-Signature"
"""The header by which somebody signs who posts to us for a system that signs nothing."""

Hash = Literal["sha1", "sha256"]
_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
_FRESH_S = 300


def verify(request: Request, header: str, secret: str, hashed: Hash = "sha256") -> None:
    """Raise Unverified unless a header brings the hash's name and the HMAC of the body, ``sha256=<hex>``."""
    wanted = f"{hashed}={in_hex(secret, request.body, hashed)}"
    require(header, request.headers.get(header.lower(), "").strip().lower(), wanted)


def in_hex(secret: str, signed: bytes, hashed: Hash = "sha256") -> str:
    """Give the HMAC in hexadecimal; Unverified where the secret is empty and proves nothing."""
    return _digest(secret, signed, hashed).hex()


def in_base64(secret: str, signed: bytes) -> str:
    """Give the HMAC-SHA256 in base64; Unverified where the secret is empty and proves nothing."""
    return base64.b64encode(_digest(secret, signed, "sha256")).decode("ascii")


def require(header: str, given: str | None, wanted: str) -> None:
    """Raise Unverified unless what the header gives is what is wanted, and not empty."""
    found, good = (given or "").encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass")
    if not good or not hmac.compare_digest(found, good):
        raise Unverified(f"{header} is missing, or does not fit the secret and the request")


def require_fresh(name: str, stamp: str, now: float, within_s: float = _FRESH_S) -> None:
    """Raise Unverified unless a signed time, in unix seconds, is near now: an old call is somebody's copy."""
    if not (_SECONDS.fullmatch(stamp) and abs(now - int(stamp)) <= within_s):
        raise Unverified(f"{name} is not within {within_s:.0f} s of now")


def _digest(secret: str, signed: bytes, hashed: Hash) -> bytes:
    if not secret:
        raise Unverified("the secret is empty")
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), signed, hashed)
