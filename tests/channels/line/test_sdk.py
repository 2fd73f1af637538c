"""X-Line-Signature, with LINE's own library as verifier."""

from __future__ import annotations

from hypothesis import given
from linebot.v3.webhook import SignatureValidator
from signing import accepts, bodies, changed, holds, junk

from channels import body_signature
from channels.social.line import Line
from router.ports import Account, Request

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
ACCOUNT = Account("social", "line", "main", secret=SECRET)
THEIRS = SignatureValidator(SECRET)


def request(body: bytes, signature: str) -> Request:
    """Give a request as it comes in."""
    return Request("POST", "https://a.example/", {"x-line-signature": signature}, body)


@given(body=bodies)
def test_line_and_we_mean_the_same_signature(body: str) -> None:
    """It holds for this body here and there, and for none that is nearly the same."""
    signature = body_signature.in_base64(SECRET, body.encode())
    assert THEIRS.validate(body, signature)
    assert holds(Line(), request(body.encode(), signature), ACCOUNT, 0)
    for other in changed(body.encode()):
        tried = request(other, signature)
        assert not holds(Line(), tried, ACCOUNT, 0)
        assert not accepts(lambda other=other: THEIRS.validate(other.decode(), signature))


@given(body=bodies, signature=junk)
def test_hostile_headers_are_refused(body: str, signature: str) -> None:
    """Where LINE's library fails on them, we refuse."""
    theirs = accepts(lambda: THEIRS.validate(body, signature))
    assert holds(Line(), request(body.encode(), signature), ACCOUNT, 0) is theirs is False


def test_no_header_is_refused() -> None:
    """LINE's library fails on it."""
    assert not holds(Line(), Request("POST", "https://a.example/", {}, b"{}"), ACCOUNT, 0)
