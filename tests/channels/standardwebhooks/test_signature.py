"""Standard Webhooks signatures."""

from __future__ import annotations

import base64
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from channels import webhook_signature
from router.errors import Unverified
from router.ports import Request

SECRET = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the example of the specification, as is the signature below
)
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
AT = 1_614_265_330.0


def holds(headers: dict[str, str], *, body: bytes = BODY, secret: str = SECRET, now: float = AT) -> bool:
    """Tell whether the signature holds."""
    try:
        webhook_signature.verify(Request("POST", "https://a.example/", headers, body), secret, now)
    except Unverified:
        return False
    return True


def test_the_example_of_the_specification_holds() -> None:
    """Our arithmetic is the published one."""
    assert holds(HEADERS)
    assert not holds(HEADERS, body=BODY + b" ")
    assert not holds(HEADERS | {"webhook-id": "msg_other"})


@pytest.mark.parametrize(
    ("late", "near"), [(0, True), (300, True), (-300, True), (300.5, False), (-301, False)]
)
def test_the_time_is_within_five_minutes(late: float, near: bool) -> None:
    """Exactly 300 s still hold, before and after."""
    assert holds(HEADERS, now=AT + late) is near


@pytest.mark.parametrize("stamp", ["", "x", "1614265330.0", " 1614265330", "-1", "\u0661" * 10, "9" * 5000])
def test_a_time_that_is_no_number_does_not_hold(stamp: str) -> None:
    """The time is a plain integer of seconds, of bounded length."""
    assert not holds(HEADERS | {"webhook-timestamp": stamp.replace(" ", "+")})


def test_any_of_several_signatures_holds() -> None:
    """While a key is rotated there are two; other schemes are passed over."""
    code = HEADERS["webhook-signature"]
    assert holds(HEADERS | {"webhook-signature": f"v1a,AAAA v1,{'A' * 43}= garbage {code}"})
    assert not holds(HEADERS | {"webhook-signature": code.replace("v1,", "v2,")})


def test_other_names_of_the_headers_hold() -> None:
    """Some senders write svix for webhook."""
    assert holds({name.replace("webhook", "svix"): value for name, value in HEADERS.items()})


@pytest.mark.parametrize(
    "secret", ["whsec_YWJj", "whsec_YWI", "whsec_YWI=", "YWJj", "a plain text", "ünïcode"]
)
def test_a_secret_may_be_padded_or_not_or_plain(secret: str) -> None:
    """The key is the base64 after whsec_, or the text itself."""
    text = secret.removeprefix("whsec_")
    is_base64 = text.isascii() and " " not in text
    key = base64.b64decode(text + "=" * (-len(text) % 4)) if is_base64 else text.encode()
    signed = f"{HEADERS['webhook-id']}.{HEADERS['webhook-timestamp']}.".encode() + BODY
    code = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    assert holds(HEADERS | {"webhook-signature": f"v1,{code}"}, secret=secret)


@pytest.mark.parametrize("name", list(HEADERS))
def test_a_header_that_is_missing_does_not_hold(name: str) -> None:
    """All three are needed."""
    assert not holds({key: value for key, value in HEADERS.items() if key != name})


def test_a_sender_may_sign_with_a_key_of_its_own() -> None:
    """With a public key only a v1a signature of its owner over id, time and body holds."""
    owner, stranger = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    secret = "whpk_" + base64.b64encode(owner.public_key().public_bytes_raw()).decode()

    def signed(key: Ed25519PrivateKey) -> dict[str, str]:
        whole = f"{HEADERS['webhook-id']}.{HEADERS['webhook-timestamp']}.".encode() + BODY
        code = base64.b64encode(key.sign(whole)).decode()
        return HEADERS | {"webhook-signature": f"v1,AAAA v1a,AAAA v1a,é v1a,{code}"}

    assert holds(signed(owner), secret=secret)
    assert holds(signed(owner), secret=secret.rstrip("="))
    assert not holds(signed(stranger), secret=secret)
    assert not holds(signed(owner), secret=secret, body=BODY + b" ")
    assert not holds(signed(owner), secret=secret, now=AT + 301)
    assert not holds(signed(owner), secret="whpk_" + "A" * 43)
    assert not holds(HEADERS, secret=secret)


@pytest.mark.parametrize("secret", ["whpk_", "whpk_AAAA", "whpk_é", "whpk_" + "A" * 43])
def test_nothing_holds_by_a_key_that_is_none(secret: str) -> None:
    """A key of another length, or no base64, opens nothing; nor does it open by HMAC."""
    signed = f"{HEADERS['webhook-id']}.{HEADERS['webhook-timestamp']}.".encode() + BODY
    code = base64.b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()
    both = f"v1,{code} v1a,{code} v1a,{'A' * 86}=="
    assert not holds(HEADERS | {"webhook-signature": both}, secret=secret)
