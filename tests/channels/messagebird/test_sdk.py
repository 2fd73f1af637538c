"""MessageBird's signatures, with MessageBird's own library as verifier."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from urllib.parse import urlencode

import jwt as pyjwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messagebird.request_validator import RequestValidator
from messagebird.signed_request import SignedRequest
from signing import accepts, bodies, changed, holds, junk, words

from channels import jwt
from channels.sms.messagebird import MessageBird
from router.ports import Account, Request

KEY = "a signing key of 32 or more characters"
ACCOUNT = Account("sms", "messagebird", "main", secret=KEY)
THEIRS = RequestValidator(KEY)
HOOK = "https://contact.example.com/v1/hooks/sms/messagebird/main"
old_library = pytest.mark.filterwarnings(
    "ignore:signed_request:DeprecationWarning"  # it is only there for webhooks that were made long ago
)


def claims(url: str, body: bytes, now: int) -> dict[str, object]:
    """Give what MessageBird claims of a request."""
    found: dict[str, object] = {"iss": "MessageBird", "nbf": now - 1, "exp": now + 60, "jti": "1"}
    found["url_hash"] = hashlib.sha256(url.encode()).hexdigest()
    return found | ({"payload_hash": hashlib.sha256(body).hexdigest()} if body else {})


def request(url: str, body: bytes, token: str) -> Request:
    """Give a request as it comes in."""
    return Request("POST", url, {"messagebird-signature-jwt": token}, body)


@given(body=bodies, query=words)
def test_messagebird_and_we_mean_the_same_token(body: str, query: str) -> None:
    """It holds for this address and body here and there, and for none that is nearly the same."""
    now, url, raw = int(time.time()), f"{HOOK}?a={query}", body.encode()
    for token in (jwt.hs256(claims(url, raw, now), KEY), pyjwt.encode(claims(url, raw, now), KEY, "HS256")):
        assert accepts(lambda token=token: THEIRS.validate_signature(token, url, raw))
        assert holds(MessageBird(), request(url, raw, token), ACCOUNT, now)
        assert not holds(MessageBird(), request(f"{url}&b", raw, token), ACCOUNT, now)
        for other in changed(raw):
            assert not holds(MessageBird(), request(url, other, token), ACCOUNT, now)
            assert not accepts(lambda token=token, other=other: THEIRS.validate_signature(token, url, other))


@given(gone=st.sampled_from(["iss", "nbf", "exp", "url_hash", "payload_hash"]), instead=junk | st.none())
def test_a_claim_that_is_missing_or_wrong_is_refused(gone: str, instead: str | None) -> None:
    """Nothing that MessageBird's library refuses holds."""
    now = int(time.time())
    rest = {name: value for name, value in claims(HOOK, b"{}", now).items() if name != gone}
    told = rest if instead is None else rest | {gone: instead.encode("utf-8", "replace").decode()}
    token = jwt.hs256(told, KEY)
    if holds(MessageBird(), request(HOOK, b"{}", token), ACCOUNT, now):
        assert accepts(lambda: THEIRS.validate_signature(token, HOOK, b"{}"))


@given(token=junk)
def test_hostile_headers_are_refused(token: str) -> None:
    """Where MessageBird's library fails on them, we refuse."""
    assert not holds(MessageBird(), request(HOOK, b"{}", token), ACCOUNT, time.time())
    assert not accepts(lambda: THEIRS.validate_signature(token, HOOK, b"{}"))


@old_library
@given(body=st.binary(max_size=60), params=st.dictionaries(words, words, max_size=4))
def test_the_oldest_webhooks_sign_the_query(body: bytes, params: dict[str, str]) -> None:
    """Sorted, whatever order it came in."""
    now = int(time.time())
    signed = f"{now}\n{urlencode(sorted(params.items()))}\n".encode() + hashlib.sha256(body).digest()
    code = base64.b64encode(hmac.digest(KEY.encode(), signed, "sha256")).decode()
    assert SignedRequest(code, now, body.decode("latin-1"), params).verify(KEY)
    headers = {"messagebird-signature": code, "messagebird-request-timestamp": str(now)}
    backwards = urlencode(list(reversed(params.items())))
    assert holds(MessageBird(), Request("GET", f"{HOOK}?{backwards}", headers, body), ACCOUNT, now)
    for other in changed(body):
        assert not holds(MessageBird(), Request("GET", f"{HOOK}?{backwards}", headers, other), ACCOUNT, now)


@given(code=junk, stamp=junk)
def test_hostile_headers_of_the_oldest_webhooks_are_refused(code: str, stamp: str) -> None:
    """Whatever stands in them."""
    for at in (stamp, str(int(time.time()))):
        headers = {"messagebird-signature": code, "messagebird-request-timestamp": at}
        assert not holds(MessageBird(), Request("GET", f"{HOOK}?a=1", headers, b""), ACCOUNT, time.time())
