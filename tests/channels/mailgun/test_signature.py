"""Mailgun's signature: of a time and a token, not of the body; so the time is short and the token an id."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

import msgspec
import pytest

from channels.email.mailgun import Mailgun
from router.errors import Unverified
from router.ports import Account, Request

NOW = 1_772_445_600.0
KEY = "key-9a7c"
TOKEN = "a" * 50
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}


def proof(stamp: str = "1772445590", token: str = TOKEN, key: str = KEY) -> dict[str, str]:
    """Sign as Mailgun does."""
    signature = hmac.digest(key.encode(), (stamp + token).encode(), "sha256").hex()
    return {"timestamp": stamp, "token": token, "signature": signature}


def posted(signature: object) -> Request:
    """Give an event with this signature."""
    body = msgspec.json.encode({"signature": signature, "event-data": {"event": "delivered"}})
    return Request("POST", "https://a.example/", JSON, body)


def verify(request: Request, **settings: object) -> None:
    """Verify for an account with the key."""
    Mailgun().verify(request, Account("email", "mailgun", "main", secret=KEY, settings=settings), NOW)


def test_json_and_forms_are_signed_alike() -> None:
    """In an object, or in fields."""
    verify(posted(proof()))
    verify(posted({**proof(), "signature": proof()["signature"].upper()}))
    verify(Request("POST", "/", FORM, urlencode({"recipient": "a@b", **proof()}).encode()))


def test_of_fields_that_come_twice_the_last_counts() -> None:
    """A sender may name a field of a mail's head ``timestamp``; Mailgun's own come after it."""
    twice = [("timestamp", "1"), ("token", "x"), ("signature", "y"), *proof().items()]
    verify(Request("POST", "/", FORM, urlencode(twice).encode()))
    with pytest.raises(Unverified):
        verify(Request("POST", "/", FORM, urlencode(twice[::-1]).encode()))


@pytest.mark.parametrize(
    "signature",
    [
        None, "x", {}, {**proof(), "token": "b" * 50}, {**proof(), "timestamp": "1772445591"},
        {**proof(), "signature": None}, {**proof(), "signature": "é"}, {**proof(), "signature": ""},
        proof(key=""), proof(token=""), proof(stamp="177244559\uff10"), proof(stamp="-1"), proof(stamp="1e9"),
        proof(stamp="1772445299"), proof(stamp="1772445901"), {"timestamp": [], "token": {}, "signature": 1},
    ],
)  # fmt: skip
def test_any_other_proof_is_refused(signature: object) -> None:
    """Wrong, missing, old, not yet, no number, or over nothing."""
    with pytest.raises(Unverified):
        verify(posted(signature))


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"null", b'"a"', b"{" * 100_000])
@pytest.mark.parametrize("headers", [JSON, FORM, {"content-type": "multipart/form-data; boundary=x"}, {}])
def test_what_cannot_be_read_is_refused(body: bytes, headers: dict[str, str]) -> None:
    """As unverified, whatever it is."""
    with pytest.raises(Unverified):
        verify(Request("POST", "/", headers, body))


def test_how_old_a_token_may_be_can_be_set() -> None:
    """For a retry that bears its first time, up to a day."""
    old = posted(proof(stamp="1772442000"))
    with pytest.raises(Unverified):
        verify(old)
    verify(old, tolerance_s=3700)
    with pytest.raises(Unverified):
        verify(posted(proof(stamp="1000000000")), tolerance_s=9e9)


def test_a_token_used_again_is_the_same_event() -> None:
    """Whoever caught one cannot say more with it than was said."""
    account = Account("email", "mailgun", "main", secret=KEY)
    mail = urlencode(
        {"recipient": "help@shop.example", "from": "ada@example.org", "body-plain": "One", **proof()}
    )
    forged = urlencode(
        {"recipient": "help@shop.example", "from": "x@example.org", "body-plain": "Two", **proof()}
    )
    first, second = (
        Mailgun().parse(Request("POST", "/", FORM, body.encode()), account, NOW) for body in (mail, forged)
    )
    assert [event.id for event in first] == [event.id for event in second] == [TOKEN]
