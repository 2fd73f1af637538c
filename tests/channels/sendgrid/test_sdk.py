"""The signatures of SendGrid's events, with SendGrid's own library as verifier."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from sendgrid.helpers.eventwebhook import EventWebhook, EventWebhookHeader
from signing import accepts, bodies, changed, holds, junk, words

from channels.email.sendgrid import SendGrid
from router.ports import Account, Request

OWNER = generate_private_key(SECP256R1())
PUBLIC = base64.b64encode(
    OWNER.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
ACCOUNT = Account("email", "sendgrid", "main", secret=PUBLIC)
THEIRS = EventWebhook(PUBLIC)


def request(body: bytes, stamp: str, signature: str) -> Request:
    """Give a request as it comes in, its headers by the names that the library has for them."""
    headers = {
        EventWebhookHeader.TIMESTAMP.lower(): stamp,
        EventWebhookHeader.SIGNATURE.lower(): signature,
    }
    return Request("POST", "https://a.example/", headers, body)


def signed(body: str, stamp: str) -> str:
    """Sign with the private key."""
    return base64.b64encode(OWNER.sign((stamp + body).encode(), ECDSA(SHA256()))).decode()


@given(body=bodies)
def test_sendgrid_and_we_mean_the_same_signature(body: str) -> None:
    """It holds for this body here and there, and for none that is nearly the same."""
    stamp = "1772445600"
    code = signed(body, stamp)
    assert THEIRS.verify_signature(body, code, stamp)
    assert holds(SendGrid(), request(body.encode(), stamp, code), ACCOUNT, 0)
    for other in changed(body.encode()):
        assert not holds(SendGrid(), request(other, stamp, code), ACCOUNT, 0)


@given(body=bodies, stamp=junk, code=junk, time=words)
def test_hostile_headers_are_refused(body: str, stamp: str, code: str, time: str) -> None:
    """Where SendGrid's library fails on them, we refuse; nothing that it refuses holds."""
    for at, given_ in ((stamp, code), (time, code), (stamp, signed(body, "1"))):
        if holds(SendGrid(), request(body.encode(), at, given_), ACCOUNT, 0):
            assert accepts(lambda at=at, given_=given_: THEIRS.verify_signature(body, given_, at))


def test_the_whole_key_is_read_however_it_is_written() -> None:
    """As the console shows it, in lines, and as PEM."""
    pem = f"-----BEGIN PUBLIC KEY-----\n{PUBLIC}\n-----END PUBLIC KEY-----"
    for written in (PUBLIC, f"{PUBLIC[:64]}\n{PUBLIC[64:]}\n", pem):
        account = Account("email", "sendgrid", "main", secret=written)
        assert holds(SendGrid(), request(b"[]", "1", signed("[]", "1")), account, 0)
