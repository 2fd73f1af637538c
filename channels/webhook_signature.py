"""Standard Webhooks: the signature by which many systems sign what they post, CloudEvents among them.

The scheme ``v1`` is base64(HMAC-SHA256(key, id.timestamp.body)), ``v1a`` that of an Ed25519 signature of
the same; published at standardwebhooks.com. Some senders name the headers ``svix-`` instead of ``webhook-``.
"""

from __future__ import annotations

import base64
import hmac
from contextlib import suppress

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from channels.body_signature import require_fresh
from router.errors import Unverified
from router.ports import Request

_PREFIX, _PUBLIC = "whsec_", "whpk_"
_MOST = 16  # signatures of one request: one a key, and nobody rotates more


def verify(request: Request, secret: str, now: float) -> None:
    """Raise Unverified unless one v1 signature fits and the time is within 300 s of now.

    ``now`` in unix seconds. ``secret`` is ``whsec_`` and base64, padded or not, or any text; ``whpk_`` and
    base64 is the public key of a sender whose v1a signature is wanted instead.
    """
    name, stamp, given = (header(request, part) for part in ("id", "timestamp", "signature"))
    if not (name and stamp and given):
        raise Unverified("webhook-id, webhook-timestamp or webhook-signature is missing")
    require_fresh("webhook-timestamp", stamp, now)
    signed = f"{name}.{stamp}.".encode("utf-8", "surrogatepass") + request.body
    if secret.startswith(_PUBLIC):
        if not _owner_signed(secret, signed, _given(given, "v1a,")):
            raise Unverified("no v1a signature in webhook-signature fits the public key and the body")
        return
    wanted = [base64.b64encode(hmac.digest(key, signed, "sha256")) for key in _keys(secret)]
    found = _given(given, "v1,")
    if not any(hmac.compare_digest(good, one) for good in wanted for one in found):
        raise Unverified("no v1 signature in webhook-signature fits the secret and the body")


def header(request: Request, part: str) -> str:
    """Give ``webhook-<part>``, or ``svix-<part>``; empty where there is neither."""
    return (request.headers.get(f"webhook-{part}") or request.headers.get(f"svix-{part}") or "").strip()


def _given(header: str, scheme: str) -> list[bytes]:
    """Give the signatures of one scheme, as they are written."""
    each = [one for one in header.split()[:_MOST] if one.startswith(scheme)]
    return [one.removeprefix(scheme).encode("utf-8", "surrogatepass") for one in each]


def _owner_signed(secret: str, signed: bytes, found: list[bytes]) -> bool:
    """Tell whether one signature is that of the owner of a public key; none is where the key is no key."""
    with suppress(ValueError):
        key = Ed25519PublicKey.from_public_bytes(_decoded(secret.removeprefix(_PUBLIC)))
        for one in found:
            with suppress(ValueError, InvalidSignature):
                key.verify(base64.b64decode(one, validate=True), signed)
                return True
    return False


def _keys(secret: str) -> list[bytes]:
    """Give the keys a secret may mean: what its base64 says, and without the prefix also its own text.

    An empty secret means none, and nothing holds.
    """
    keys = [] if secret.startswith(_PREFIX) else [secret.encode("utf-8", "surrogatepass")]
    with suppress(ValueError):
        keys.append(_decoded(secret.removeprefix(_PREFIX)))
    return [key for key in keys if key]


def _decoded(text: str) -> bytes:
    """Undo base64, padded or not; ValueError where it is none."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
