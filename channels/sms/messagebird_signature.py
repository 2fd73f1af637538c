"""Check what MessageBird (Bird) signs: the token of its webhooks, and the signature of its newer ones.

``MessageBird-Signature-JWT`` carries the hashes of address and body, and times. ``MessageBird-Signature``
is base64(HMAC-SHA256(key, time, address or sorted query, SHA-256 of the body)), joined by line feeds: Bird
signs the address, the oldest webhooks signed the query. Published at developers.messagebird.com (verify
HTTP requests) and docs.bird.com (verifying a webhook subscription).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode, urlsplit

from channels import jwt, wire
from channels.body_signature import require_fresh
from router.errors import Unverified
from router.ports import Request

_LEEWAY_S = 1
_HEADER = "messagebird-signature-jwt"


def verify(request: Request, secret: str, now: float) -> None:
    """Raise Unverified unless the request is signed with the secret, the signing key; ``now`` in unix s."""
    if _HEADER in request.headers or "messagebird-signature" not in request.headers:
        _verify_token(request, secret, now)
    else:
        _verify_hash(request, secret, now)


def _verify_token(request: Request, secret: str, now: float) -> None:
    claims = jwt.hmac_claims(request.headers.get(_HEADER, "").strip(), secret, tuple(jwt.HMACS))
    jwt.check_times(claims, now, leeway_s=_LEEWAY_S)
    if claims.get("nbf") is None:
        raise Unverified("the token does not say from when on it is valid")
    if claims.get("iss") != "MessageBird":
        raise Unverified("the token is not issued by MessageBird")
    url = hashlib.sha256(request.url.encode("utf-8", "surrogatepass")).hexdigest()
    body = hashlib.sha256(request.body).hexdigest() if request.body else ""
    for claim, wanted in (("url_hash", url), ("payload_hash", body)):
        found = wire.text(claims, claim) or ""
        if not hmac.compare_digest(found.lower().encode("utf-8", "replace"), wanted.encode("ascii")):
            raise Unverified(f"{claim} of the token does not fit the request")


def _verify_hash(request: Request, secret: str, now: float) -> None:
    stamp = request.headers.get("messagebird-request-timestamp", "").strip()
    require_fresh("messagebird-request-timestamp", stamp, now)
    try:
        query = urlencode(sorted(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)))
    except ValueError:
        raise Unverified("the address cannot be read") from None
    given = request.headers["messagebird-signature"].strip().encode("utf-8", "surrogatepass")
    key, hashed = secret.encode("utf-8", "surrogatepass"), hashlib.sha256(request.body).digest()
    good = False
    for address in (request.url, query):
        signed = f"{stamp}\n{address}\n".encode("utf-8", "surrogatepass") + hashed
        good |= hmac.compare_digest(base64.b64encode(hmac.digest(key, signed, "sha256")), given)
    if not (key and good):
        raise Unverified("messagebird-signature does not fit the key and the request")
