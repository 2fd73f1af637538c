"""The signatures of Sinch, with Sinch's own library as signer and verifier."""

from __future__ import annotations

from hypothesis import given
from signing import accepts, bodies, changed, holds, junk, words
from sinch.domains.authentication.sinch_events.v1 import authentication_validation as theirs

from channels.sms.sinch import Sinch
from router.ports import Account, Request

SECRET, NOW = "a callback secret", 1_772_445_600
ACCOUNT = Account("sms", "sinch", "main", secret=SECRET)
NAME = "x-sinch-webhook-signature"


def request(body: bytes, signature: str, nonce: str = "n", stamp: str = str(NOW)) -> Request:
    """Give a request of the SMS or the Conversation API as it comes in."""
    headers = {NAME: signature, f"{NAME}-nonce": nonce, f"{NAME}-timestamp": stamp}
    return Request("POST", "https://a.example/", headers, body)


def signed(body: str, nonce: str = "n", stamp: str = str(NOW)) -> str:
    """Sign as Sinch does."""
    return theirs.calculate_sinch_event_signature(theirs.compute_signed_data(body, nonce, stamp), SECRET)


@given(body=bodies, nonce=words)
def test_what_sinch_signs_holds(body: str, nonce: str) -> None:
    """It holds for this body and nonce, and for none that is nearly the same."""
    code = signed(body, nonce)
    assert holds(Sinch(), request(body.encode(), code, nonce), ACCOUNT, NOW)
    assert not holds(Sinch(), request(body.encode(), code, nonce + "x"), ACCOUNT, NOW)
    for other in changed(body.encode()):
        assert not holds(Sinch(), request(other, code, nonce), ACCOUNT, NOW)


@given(body=bodies)
def test_what_numbers_signs_holds(body: str) -> None:
    """By the hash of its own."""
    headers = {"x-sinch-signature": theirs.compute_hmac_signature(body, SECRET)}
    assert holds(Sinch(), Request("POST", "https://a.example/", headers, body.encode()), ACCOUNT, NOW)
    for other in changed(body.encode()):
        assert not holds(Sinch(), Request("POST", "https://a.example/", headers, other), ACCOUNT, NOW)


@given(signature=junk, nonce=junk, stamp=junk)
def test_hostile_headers_are_refused(signature: str, nonce: str, stamp: str) -> None:
    """Where Sinch's library fails on them, we refuse; nothing that it refuses holds."""
    for tried in (
        request(b"{}", signature, nonce, stamp), request(b"{}", signature),
        request(b"{}", signed("{}"), nonce), request(b"{}", signed("{}"), stamp=stamp),
        Request("POST", "https://a.example/", {"x-sinch-signature": signature}, b"{}"),
    ):  # fmt: skip
        if holds(Sinch(), tried, ACCOUNT, NOW):
            headers = dict(tried.headers)
            assert accepts(
                lambda headers=headers: theirs.validate_sinch_event_signature_with_nonce(
                    SECRET, headers, "{}"
                )
            )
