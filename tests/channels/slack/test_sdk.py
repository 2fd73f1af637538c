"""X-Slack-Signature, with Slack's own library as signer and verifier."""

from __future__ import annotations

from hypothesis import given
from signing import accepts, bodies, changed, holds, junk
from slack_sdk.signature import Clock, SignatureVerifier

from channels import body_signature
from channels.chat.slack import Slack
from router.ports import Account, Request

SECRET, NOW = "8f742231b10e8888abcd99yyyzzz85a5", 1_772_445_600
ACCOUNT = Account("chat", "slack", "main", secret=SECRET)


class Frozen(Clock):
    """A clock that stands."""

    def now(self) -> float:
        """Give the time."""
        return float(NOW)


THEIRS = SignatureVerifier(SECRET, Frozen())


def request(body: bytes, stamp: str, signature: str) -> Request:
    """Give a request as it comes in."""
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}
    return Request("POST", "https://a.example/", headers, body)


@given(body=bodies)
def test_what_slack_signs_holds(body: str) -> None:
    """It holds for this body, and for none that is nearly the same."""
    signature = THEIRS.generate_signature(timestamp=str(NOW), body=body) or ""
    assert holds(Slack(), request(body.encode(), str(NOW), signature), ACCOUNT, NOW)
    for other in changed(body.encode()):
        assert not holds(Slack(), request(other, str(NOW), signature), ACCOUNT, NOW)


@given(body=bodies)
def test_what_we_sign_holds_at_slack(body: str) -> None:
    """Both mean the same by it."""
    ours = "v0=" + body_signature.in_hex(SECRET, f"v0:{NOW}:{body}".encode())
    assert THEIRS.is_valid_request(body, dict(request(b"", str(NOW), ours).headers))


@given(stamp=junk, signature=junk)
def test_hostile_headers_are_refused(stamp: str, signature: str) -> None:
    """Where Slack's library fails on them, we refuse; nothing that it refuses holds."""
    signed = THEIRS.generate_signature(timestamp=str(NOW), body="{}") or ""
    for at, given_ in ((stamp, signature), (str(NOW), signature), (stamp, signed)):
        tried = request(b"{}", at, given_)
        theirs = accepts(lambda tried=tried: THEIRS.is_valid_request("{}", dict(tried.headers)))
        assert holds(Slack(), tried, ACCOUNT, NOW) is theirs


def test_the_times_are_the_same() -> None:
    """Five minutes, and not a second more."""
    for late in (-301, -300, 0, 300, 301):
        stamp = str(NOW + late)
        tried = request(b"{}", stamp, THEIRS.generate_signature(timestamp=stamp, body="{}") or "")
        assert holds(Slack(), tried, ACCOUNT, NOW) is THEIRS.is_valid_request("{}", dict(tried.headers))
