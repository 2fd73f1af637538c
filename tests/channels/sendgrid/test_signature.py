"""SendGrid's signature, by keys made here: what it covers, and how keys may be written."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from channels.email.sendgrid import SendGrid
from router.errors import Unverified
from router.ports import Account, Request

NOW = 1_772_445_600.0
BODY = b'[{"event":"open"}]\r\n'
STAMP = "1772445590"
PREFIX = "x-twilio-email-event-webhook-"
KEY = ec.generate_private_key(ec.SECP256R1())


def public(encoding: Encoding) -> str:
    """Write the public key."""
    written = KEY.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    return written.decode() if encoding is Encoding.PEM else base64.b64encode(written).decode()


def signed(body: bytes = BODY, stamp: str = STAMP) -> Request:
    """Sign a body as SendGrid does."""
    signature = base64.b64encode(KEY.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    headers = {f"{PREFIX}signature": signature, f"{PREFIX}timestamp": stamp}
    return Request("POST", "https://a.example/", headers, body)


def account(secret: str | None, **settings: str) -> Account:
    """Give an account with this key."""
    return Account("email", "sendgrid", "main", secret=secret, settings=settings)


@pytest.mark.parametrize("secret", [public(Encoding.PEM), public(Encoding.DER), f" {public(Encoding.DER)}\n"])
def test_the_key_may_be_pem_or_as_the_console_shows_it(secret: str) -> None:
    """Both hold; and so does a signature of long ago, since a retry may bear it."""
    SendGrid().verify(signed(), account(secret), NOW)
    SendGrid().verify(signed(stamp="1"), account(secret), NOW)


@pytest.mark.parametrize(
    "request_",
    [
        Request("POST", "/", signed().headers, BODY.rstrip()),
        Request("POST", "/", signed().headers, BODY + b" "),
        Request("POST", "/", {**signed().headers, f"{PREFIX}timestamp": "1772445591"}, BODY),
        Request("POST", "/", {f"{PREFIX}timestamp": STAMP}, BODY),
        Request("POST", "/", {f"{PREFIX}signature": signed().headers[f"{PREFIX}signature"]}, BODY),
        Request("POST", "/", {**signed().headers, f"{PREFIX}signature": "MEUCIQ=="}, BODY),
        Request("POST", "/", {**signed().headers, f"{PREFIX}signature": "\u00e9"}, BODY),
        Request("POST", "/", {**signed().headers, f"{PREFIX}timestamp": "\ud800"}, BODY),
    ],
)
def test_any_other_request_is_refused(request_: Request) -> None:
    """The line end behind the body belongs to it, and so does the time before it."""
    with pytest.raises(Unverified):
        SendGrid().verify(request_, account(public(Encoding.PEM)), NOW)


def test_what_is_no_elliptic_key_proves_nothing() -> None:
    """Another key, another sort of key, a broken one, none."""
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    wrong = rsa.generate_private_key(65_537, 2048).public_key()
    keys = [
        each.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode() for each in (other, wrong)
    ]
    for secret in (*keys, "-----BEGIN PUBLIC KEY-----", "AAAA", "é", "", None):
        with pytest.raises(Unverified):
            SendGrid().verify(signed(), account(secret), NOW)


def test_a_password_counts_only_where_the_account_says_so() -> None:
    """Else whoever knows the public key could call with it."""
    header = {"authorization": "Basic " + base64.b64encode(b"parse:word").decode()}
    call = Request("POST", "/", header, b"")
    SendGrid().verify(call, account("word", auth="basic", user="parse"), NOW)
    for refused in (
        account("word"),
        account("word", auth="basic", user="other"),
        account("else", auth="basic"),
    ):
        with pytest.raises(Unverified):
            SendGrid().verify(call, refused, NOW)
