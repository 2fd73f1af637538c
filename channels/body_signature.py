"""Signatures that are an HMAC of what was sent, and secrets that are sent as they are.

HMAC is RFC 2104, with SHA-256. What is given is compared as bytes, in a time that tells nothing.
"""

from __future__ import annotations

import base64
import hmac

from router.errors import Unverified


def in_hex(secret: str, signed: bytes) -> str:
    """Give the HMAC-SHA256 in hexadecimal; Unverified where the secret is empty and proves nothing."""
    return _digest(secret, signed).hex()


def in_base64(secret: str, signed: bytes) -> str:
    """Give the HMAC-SHA256 in base64; Unverified where the secret is empty and proves nothing."""
    return base64.b64encode(_digest(secret, signed)).decode("ascii")


def require(header: str, given: str | None, wanted: str) -> None:
    """Raise Unverified unless what the header gives is what is wanted, and not empty."""
    found, good = (given or "").encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass")
    if not good or not hmac.compare_digest(found, good):
        raise Unverified(f"{header} is missing, or does not fit the secret and the request")


def _digest(secret: str, signed: bytes) -> bytes:
    if not secret:
        raise Unverified("the secret is empty")
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), signed, "sha256")
