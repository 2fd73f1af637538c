"""How Amazon Connect proves itself: by the key of an API destination, or by the signature of SNS."""

from __future__ import annotations

import base64

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from channels.amazon_connect import AmazonConnect
from router.errors import Unverified
from router.ports import Account, Request

KEY = rsa.generate_private_key(65_537, 2048)
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
TOPIC = "arn:aws:sns:eu-west-1:111122223333:chats"


def notice() -> bytes:
    """Sign a notification as Amazon does."""
    found = {"Message": "{}", "MessageId": "1", "Timestamp": "t", "TopicArn": TOPIC, "Type": "Notification"}
    text = "".join(f"{name}\n{value}\n" for name, value in found.items())
    signature = base64.b64encode(KEY.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    url = "https://sns.eu-west-1.amazonaws.com/x.pem"
    return msgspec.json.encode(
        found | {"SignatureVersion": "2", "Signature": signature, "SigningCertURL": url}
    )


def verify(
    secret: str | None, body: bytes = b"{}", settings: dict[str, object] | None = None, **headers: str
) -> None:
    """Verify a request with these headers, underscores for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    who = Account("voice", "amazon_connect", "main", secret=secret, settings=settings or {})
    AmazonConnect().verify(Request("POST", "https://a.example/", named, body), who, 0.0)


def test_the_key_comes_in_the_header_the_connection_names() -> None:
    """``x-api-key``, another, or as a password."""
    verify("k3y", x_api_key="k3y")
    verify("k3y", settings={"key_header": "X-Router-Key"}, x_router_key=" k3y")
    password = "Basic " + base64.b64encode(b"connect:k3y").decode()
    verify("k3y", settings={"auth": "basic", "user": "connect"}, authorization=password)


@pytest.mark.parametrize("given", ["", "k3", "k3yy", "é", "\ud800"])
def test_another_key_is_refused(given: str) -> None:
    """As is an account without one."""
    with pytest.raises(Unverified):
        verify("k3y", x_api_key=given)
    for secret in ("", None):
        with pytest.raises(Unverified):
            verify(secret, x_api_key=given)


def test_a_certificate_means_that_sns_signs() -> None:
    """Then no key opens, not even the certificate sent as one."""
    verify(PEM, notice())
    verify(PEM, notice(), {"topics": [TOPIC]})
    for body, headers in ((notice().replace(b"{}", b"[]"), {}), (b"{}", {"x_api_key": PEM})):
        with pytest.raises(Unverified):
            verify(PEM, body, **headers)
    with pytest.raises(Unverified):
        verify(PEM, notice(), {"topics": "else"})


def test_a_signed_notice_is_no_key() -> None:
    """Where a key is set, a signature of Amazon's proves nothing."""
    with pytest.raises(Unverified):
        verify("k3y", notice())


def test_a_topic_of_ours_is_confirmed() -> None:
    """As for mail."""
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1"
    asks = msgspec.json.encode({
        "Type": "SubscriptionConfirmation", "TopicArn": TOPIC, "SubscribeURL": url, "MessageId": "1",
    })  # fmt: skip
    call = Request("POST", "https://a.example/", {}, asks)
    who = Account("chat", "amazon_connect", "main", settings={"topics": TOPIC})
    assert AmazonConnect().confirmation(call, who) == url
    assert AmazonConnect().parse(call, who, 0.0) == []
