"""Basic authentication (RFC 7617): for providers that sign nothing and send a password with each call."""

from __future__ import annotations

import base64
import binascii
import hmac

from router.errors import Unverified
from router.ports import Account, Request


def verify(request: Request, account: Account) -> None:
    """Raise Unverified unless the call brings the password ``secret``, and ``user`` if that is set.

    Compared in a time that tells nothing.
    """
    secret, user = (account.secret or "").encode(), (account.setting("user") or "").encode()
    given_user, given = _credentials(request.headers.get("authorization", ""))
    good = bool(secret) & hmac.compare_digest(given, secret)
    good &= not user or hmac.compare_digest(given_user, user)
    if not good:
        raise Unverified("Authorization does not bring the user and the password of the account")


def _credentials(header: str) -> tuple[bytes, bytes]:
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return b"", b""
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return b"", b""
    return user, password
