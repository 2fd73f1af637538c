"""Check what Vonage signs: the parameters of the SMS API, and the token of the Messages API.

``sig`` is HMAC(secret, ``&name=value`` of all other parameters, sorted by name) in hexadecimal, ``&`` and
``=`` in values written ``_``; the account chooses the hash, and its length tells which one. The token is a
JWT by HS256 with the hash of the body. Published at developer.vonage.com (signing messages, webhooks).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from channels import jwt, wire
from router.errors import Unverified

_HASHES: Mapping[int, str] = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""The hash by the length of its hexadecimal form."""
_MASK = str.maketrans("&=", "__")
_LEEWAY_S = 300
_METHOD = "md5hash"  # the oldest one is no HMAC; it is taken only where the account says so


def verify_params(params: Mapping[str, str], secret: str, method: str | None) -> None:
    """Raise Unverified unless ``sig`` fits; ``method`` pins md5hash, md5, sha1, sha256 or sha512."""
    given = params.get("sig", "").strip().lower()
    signed = "".join(
        f"&{name}={value.translate(_MASK)}" for name, value in sorted(params.items()) if name != "sig"
    ).encode("utf-8", "surrogatepass")
    key = secret.encode("utf-8", "surrogatepass")
    digest = method or _HASHES.get(len(given), "")
    if method == _METHOD:
        wanted = hashlib.md5(signed + key, usedforsecurity=False).hexdigest()
    elif digest in _HASHES.values():
        wanted = hmac.digest(key, signed, digest).hex()
    else:
        raise Unverified("sig is missing, or of no length that we know")
    if not key or not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("ascii")):
        raise Unverified("sig does not fit the secret and the parameters")


def verify_token(authorization: str, body: bytes, secret: str, now: float) -> None:
    """Raise Unverified unless the bearer token is Vonage's and speaks of this body. ``now`` in unix seconds.

    Vonage sets no ``exp``, and sends again for 24 h: a replay is told by its id alone.
    """
    scheme, _, token = authorization.strip().partition(" ")
    claims = jwt.hmac_claims(token.strip() if scheme.lower() == "bearer" else "", secret, ("HS256",))
    jwt.check_times(claims, now, leeway_s=_LEEWAY_S, expires=False)
    found, wanted = wire.text(claims, "payload_hash") or "", hashlib.sha256(body).hexdigest()
    if claims.get("iss") != "Vonage":
        raise Unverified("the token is not issued by Vonage")
    if not hmac.compare_digest(found.lower().encode("utf-8", "replace"), wanted.encode("ascii")):
        raise Unverified("the token speaks of another body")
