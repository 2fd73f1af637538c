"""Check X-Twilio-Signature: whether a request comes from who knows the auth token.

The signature is base64(HMAC(token, url + fields)): the address as called, then the fields of a form,
sorted, each name followed by its values, sorted and without repetition. A body that is no form is not in
it: its SHA-256 stands in the query as ``bodySHA256`` instead, and the address is signed. There is no time
in it, so a replay is told by its id alone. Published at twilio.com/docs/usage/webhooks/webhooks-security.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import urlsplit

from channels import parameters
from channels.twilio_form import is_form
from router.errors import Malformed, Unverified
from router.ports import Request

_PORTS = {"https": ":443", "http": ":80"}
_SETTINGS = "x-twilio-webhooks-signature-settings"  # key=…,algorithm=HMAC_SHA256 with a shared key


def verify(request: Request, secret: str) -> None:
    """Raise Unverified unless the request is signed with the secret, the auth token of the account."""
    try:
        good = _is_signed(request, secret)
    except Malformed as unreadable:
        raise Unverified(f"the request cannot be checked: {unreadable.detail}") from None
    except ValueError as error:  # an address without an end, or with characters that no address has
        raise Unverified(f"the request cannot be checked: {error}") from None
    if not good:
        raise Unverified("X-Twilio-Signature does not fit the auth token, the address and the body")


def _is_signed(request: Request, secret: str) -> bool:
    given = request.headers.get("x-twilio-signature", "").strip().encode("utf-8")
    if not (secret and given) or not _body_is_covered(request):
        return False
    signed = _signed_fields(request)
    digest = _algorithm(request)
    good = False
    for url in _addresses(request.url):
        text = (url + signed).encode("utf-8", "surrogateescape")
        code = base64.b64encode(hmac.digest(secret.encode("utf-8"), text, digest))
        good |= hmac.compare_digest(code, given)
    return good


def _body_is_covered(request: Request) -> bool:
    """Tell whether the signature speaks of the body: a form is in it, anything else by its hash."""
    if is_form(request) or not request.body:
        return True
    hashes = [value for name, value in parameters.of_address(request) if name == "bodySHA256"]
    found = hashlib.sha256(request.body).hexdigest().encode("ascii")
    return bool(hashes) and hmac.compare_digest(hashes[0].lower().encode("utf-8"), found)


def _signed_fields(request: Request) -> str:
    if not is_form(request):
        return ""
    return "".join(name + value for name, value in sorted(set(parameters.of_body(request))))


def _addresses(url: str) -> Iterator[str]:
    """Give the address without a port and with one: Twilio signs either, whichever it called.

    Only the port is touched: taking an address apart and joining it again would lose a bare ``?``.
    """
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    host = parts.netloc.removesuffix(port) if port else parts.netloc.removesuffix(":")
    start = url.index("//") + 2
    before, after = url[:start], url[start + len(parts.netloc) :]
    yield before + host + after
    yield before + host + (port or _PORTS.get(parts.scheme, "")) + after


def _algorithm(request: Request) -> str:
    for part in request.headers.get(_SETTINGS, "").split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip().upper() == "HMAC_SHA256":
            return "sha256"
    return "sha1"
