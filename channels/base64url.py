"""Base64 for addresses and tokens: base64url without padding (RFC 7515 §2)."""

from __future__ import annotations

import base64
import binascii

_URLSAFE = str.maketrans("-_", "+/", "+/=")


def read(text: str) -> bytes:
    """Undo it; ValueError where it is not base64url."""
    bare = text.translate(_URLSAFE)
    if len(bare) != len(text):
        message = "not base64url"
        raise binascii.Error(message)
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)


def write(data: bytes) -> str:
    """Write it without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
