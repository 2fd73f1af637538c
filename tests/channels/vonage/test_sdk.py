"""The tokens of Vonage's webhooks, with PyJWT as signer, and Vonage's own library as verifier."""

from __future__ import annotations

import hashlib

import jwt as pyjwt
from hypothesis import given
from hypothesis import strategies as st
from signing import accepts, bodies, changed, holds, junk
from vonage_jwt import verify_signature

from channels import jwt
from channels.sms.vonage import Vonage
from router.ports import Account, Request

SECRET, NOW = "a signature secret that is long enough for any of the hashes, 64 bytes", 1_772_445_600
ACCOUNT = Account("social", "vonage", "main", secret=SECRET)


def request(body: bytes, authorization: str) -> Request:
    """Give a request as it comes in."""
    headers = {"content-type": "application/json", "authorization": authorization}
    return Request("POST", "https://a.example/", headers, body)


def claims(body: bytes) -> dict[str, object]:
    """Give what Vonage claims of a body."""
    return {"iss": "Vonage", "iat": NOW, "jti": "1", "payload_hash": hashlib.sha256(body).hexdigest()}


@given(body=bodies)
def test_what_the_library_signs_holds(body: str) -> None:
    """It holds for this body, and for none that is nearly the same."""
    token = pyjwt.encode(claims(body.encode()), SECRET, algorithm="HS256")
    assert verify_signature(token, SECRET)
    assert holds(Vonage(), request(body.encode(), f"Bearer {token}"), ACCOUNT, NOW)
    for other in changed(body.encode()):
        assert not holds(Vonage(), request(other, f"Bearer {token}"), ACCOUNT, NOW)


@given(body=bodies)
def test_what_we_sign_holds_at_vonage(body: str) -> None:
    """Our tokens are theirs."""
    assert verify_signature(jwt.hs256(claims(body.encode()), SECRET), SECRET)


@given(at=st.integers(0, 200), to=st.characters(min_codepoint=45, max_codepoint=122))
def test_no_character_of_a_token_may_be_another(at: int, to: str) -> None:
    """Nothing that Vonage's library refuses holds."""
    token = pyjwt.encode(claims(b"{}"), SECRET, algorithm="HS256")
    forged = token[: at % len(token)] + to + token[at % len(token) + 1 :]
    if holds(Vonage(), request(b"{}", f"Bearer {forged}"), ACCOUNT, NOW):
        assert accepts(lambda: verify_signature(forged, SECRET))


@given(authorization=junk)
def test_hostile_headers_are_refused(authorization: str) -> None:
    """Where Vonage's library fails on them, we refuse."""
    for given_ in (authorization, f"Bearer {authorization}"):
        assert not holds(Vonage(), request(b"{}", given_), ACCOUNT, NOW)
    assert not accepts(lambda: verify_signature(authorization, SECRET))


def test_another_algorithm_is_refused() -> None:
    """Also none at all, which the token may claim."""
    for algorithm in ("HS384", "HS512", "none"):
        token = pyjwt.encode(claims(b"{}"), SECRET if algorithm != "none" else None, algorithm=algorithm)
        assert not accepts(lambda token=token: verify_signature(token, SECRET))
        assert not holds(Vonage(), request(b"{}", f"Bearer {token}"), ACCOUNT, NOW)
