"""The signature of SNS, by certificates made here: what it covers, who may sign, and where nobody goes."""

from __future__ import annotations

import base64
import functools
from datetime import UTC, datetime

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import replace

from channels.email.aws_sns import AwsSns
from router.errors import Malformed, Unverified
from router.ports import Account, Request

URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:mail"
VISIT = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=7"
FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
FIELDS["UnsubscribeConfirmation"] = FIELDS["SubscriptionConfirmation"]


@functools.cache
def key(which: str) -> rsa.RSAPrivateKey:
    """Make a key, once for each name."""
    assert which
    return rsa.generate_private_key(65_537, 2048)


@functools.cache
def certificate(which: str = "amazon") -> str:
    """Make a certificate for a key. It ran out long ago, which does not matter: the account trusts it."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.example")])
    builder = x509.CertificateBuilder(name, name, key(which).public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    made = builder.not_valid_after(datetime(2021, 1, 1, tzinfo=UTC)).sign(key(which), hashes.SHA256())
    return made.public_bytes(Encoding.PEM).decode()


def message(kind: str = "Notification", **more: object) -> dict[str, object]:
    """Give a message of a type, not signed yet."""
    found: dict[str, object] = {
        "Type": kind, "MessageId": "m-1", "TopicArn": TOPIC, "Message": "Grüße\n…", "SignatureVersion": "1",
        "Timestamp": "2026-03-02T09:58:41.000Z", "SigningCertURL": URL,
    }  # fmt: skip
    if kind != "Notification":
        found |= {"Token": "7", "SubscribeURL": VISIT}
    return found | more


def signed(found: dict[str, object], which: str = "amazon") -> dict[str, object]:
    """Sign as Amazon does: name and value of each field that is there, a line each."""
    text = "".join(
        f"{name}\n{found[name]}\n" for name in FIELDS[str(found["Type"])] if found.get(name) is not None
    )
    algorithm = hashes.SHA256() if found["SignatureVersion"] == "2" else hashes.SHA1()  # noqa: S303 - version 1
    signature = base64.b64encode(key(which).sign(text.encode(), PKCS1v15(), algorithm)).decode()
    return found | {"Signature": signature}


def posted(found: object) -> Request:
    """Post a message."""
    return Request("POST", "https://a.example/", {"content-type": "text/plain"}, msgspec.json.encode(found))


def account(secret: str | None = None, **settings: object) -> Account:
    """Give an account; without a secret it has the certificate."""
    return Account(
        "email", "aws_sns", "main", secret=certificate() if secret is None else secret, settings=settings
    )


def verify(found: object, who: Account | None = None, document: bytes | None = None) -> None:
    """Verify a posted message, with what the house read for it."""
    AwsSns().verify(replace(posted(found), document=document), who or account(), 0.0)


def unset(**settings: object) -> Account:
    """Give an account without a certificate."""
    return Account("email", "aws_sns", "main", settings={"topics": [TOPIC]} | settings)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("kind", FIELDS)
def test_every_type_holds_in_both_versions(kind: str, version: str) -> None:
    """Confirmations, of the end of a subscription too, sign other fields than notifications."""
    verify(signed(message(kind, SignatureVersion=version)))


def test_a_subject_is_signed_where_there_is_one() -> None:
    """A null one counts as none."""
    verify(signed(message(Subject="Hello")))
    verify({**signed(message()), "Subject": None})
    with pytest.raises(Unverified):
        verify({**signed(message()), "Subject": "added"})


def test_a_signature_may_be_wrapped_and_the_spelling_be_lambdas() -> None:
    """Line ends in base64, ``SigningCertUrl``."""
    found = signed(message())
    signature = str(found["Signature"])
    verify(found | {"Signature": f"{signature[:60]}\n{signature[60:]}\n"})
    found["SigningCertUrl"] = found.pop("SigningCertURL")
    verify(found)
    confirmation = signed(message("SubscriptionConfirmation"))
    confirmation["SubscribeUrl"] = confirmation.pop("SubscribeURL")
    verify(confirmation)


@pytest.mark.parametrize(
    "change",
    [
        {"Message": "else"}, {"MessageId": "m-2"}, {"TopicArn": f"{TOPIC}x"}, {"Timestamp": "later"},
        {"Signature": ""}, {"Signature": "é"}, {"Signature": "AAA"}, {"Signature": None}, {"Signature": 7},
        {"SignatureVersion": "2"}, {"SignatureVersion": "3"}, {"SignatureVersion": ["1"]},
        {"Type": "UnsubscribeConfirmation"}, {"Type": "Else"}, {"Type": None}, {"Message": ["Grüße"]},
    ],
)  # fmt: skip
def test_any_change_is_refused(change: dict[str, object]) -> None:
    """And no shape of a field raises anything else."""
    with pytest.raises(Unverified):
        verify(signed(message()) | change)


def test_attributes_are_not_signed() -> None:
    """They may be changed by anyone, so nothing rests on them."""
    verify(signed(message()) | {"MessageAttributes": {"a": {"Type": "String", "Value": "b"}}})


ELSEWHERE = [
    "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
    "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
    "http://sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.pem?y",
    "https://sns.eu-west-1.amazonaws.com/x.pem#y",
    "https://sns.eu-west-1.amazonaws.com/x.pem\n",
    "https://sns.eu-west-1.amazonaws.com/x.txt",
    "https://sns.eu-west-1.amazonaws.com\\@evil.example/x.pem",
    "https://sns.amazonaws.com/x.pem",
    "https://s3.eu-west-1.amazonaws.com/bucket/x.pem",
    "https://SNS.eu-west-1.amazonaws.com/x.pem",
    "file:///etc/x.pem", "", None, 7,
]  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_certificate_elsewhere_is_refused_before_anybody_goes_there(url: object) -> None:
    """Though the signature fits, and the certificate is there."""
    found = signed(message(SigningCertURL=url))
    assert AwsSns().needs(posted(found), unset()) is None
    for who in (account(), unset()):
        with pytest.raises(Unverified):
            verify(found, who, certificate().encode())
    with pytest.raises(Malformed):
        AwsSns().parse(posted(found), account(), 0.0)


@pytest.mark.parametrize(
    "url",
    [URL, "https://sns.cn-north-1.amazonaws.com.cn/a/b.pem", "https://sns.us-gov-west-1.amazonaws.com/x.pem"],
)
def test_certificates_of_sns_are_asked_for_by_their_address(url: str) -> None:
    """Where the account has none, what lies there holds; who signs with another key is not Amazon."""
    found = signed(message(SigningCertURL=url))
    assert AwsSns().needs(posted(found), unset()) == url
    verify(found, unset(), certificate().encode())
    for document in (certificate("else").encode(), b"", None, b"-----BEGIN CERTIFICATE-----", b"<html>"):
        with pytest.raises(Unverified):
            verify(found, unset(), document)


def test_nothing_is_asked_for_where_it_would_prove_nothing() -> None:
    """The account has a certificate, or names no topics, or not this one; the body is no envelope."""
    found = signed(message())
    for who in (account(), unset(topics=[]), unset(topics=None), unset(topics=f"{TOPIC}2")):
        assert AwsSns().needs(posted(found), who) is None
    for who in (unset(topics=[]), unset(topics=f"{TOPIC}2")):
        with pytest.raises(Unverified):
            verify(found, who, certificate().encode())
    for body in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000):
        assert AwsSns().needs(Request("POST", "/", {}, body), unset()) is None


def test_a_certificate_of_the_account_is_the_only_one() -> None:
    """What lies at the address counts only where there is none."""
    with pytest.raises(Unverified):
        verify(signed(message()), account(certificate("else")), certificate().encode())


def test_several_certificates_may_stand_behind_each_other() -> None:
    """While Amazon goes from one to the next; a bare public key does as well."""
    both = certificate("else") + certificate()
    verify(signed(message()), account(both))
    bare = key("amazon").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    verify(signed(message()), account(bare))


def test_what_is_no_key_of_amazons_proves_nothing() -> None:
    """Another certificate, another sort of key, a broken one, none."""
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    other = curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for secret in (
        certificate("else"),
        other,
        "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----",
        "x",
        "",
    ):
        with pytest.raises(Unverified):
            verify(signed(message()), account(secret))


@pytest.mark.parametrize("topics", [[f"{TOPIC}2"], f"{TOPIC}2, arn:aws:sns:x", ["", f"{TOPIC}2"]])
def test_another_topic_is_refused_although_amazon_signed_it(topics: object) -> None:
    """Everybody can have a topic and let Amazon sign what it says."""
    with pytest.raises(Unverified):
        verify(signed(message()), account(topics=topics))


@pytest.mark.parametrize("topics", [[TOPIC], (TOPIC, "x"), f" {TOPIC} ,x", None, ""])
def test_our_topics_hold(topics: object) -> None:
    """Written as a list or with commas; where none are set any topic holds."""
    verify(signed(message()), account(topics=topics))


def test_only_a_topic_of_ours_is_confirmed() -> None:
    """By an address of SNS that confirms, and nothing else."""
    adapter, ours = AwsSns(), account(topics=[TOPIC])
    asks = message("SubscriptionConfirmation")
    assert adapter.confirmation(posted(asks), ours) == VISIT
    assert adapter.parse(posted(asks), ours, 0.0) == []
    for other in (account(), account(topics=[f"{TOPIC}2"])):
        assert adapter.confirmation(posted(asks), other) is None
    for url in (
        "https://evil.example/?Action=ConfirmSubscription&a",
        f"{URL}",
        VISIT.replace("Confirm", "Un"),
        None,
    ):
        assert adapter.confirmation(posted(asks | {"SubscribeURL": url}), ours) is None
    assert adapter.confirmation(posted(message("UnsubscribeConfirmation")), ours) is None
    assert adapter.confirmation(posted(message()), ours) is None
    assert adapter.confirmation(posted([]), ours) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"null", b"[]", b"{}", b'{"Type":"Notification"}', b"{" * 100_000, b"\xff", b"9" * 3_000_000],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_envelope_is_refused(body: bytes) -> None:
    """As unverified, and as malformed where nothing is verified."""
    call = Request("POST", "/", {}, body)
    with pytest.raises(Unverified):
        AwsSns().verify(call, account(), 0.0)
    with pytest.raises(Malformed):
        AwsSns().parse(call, account(), 0.0)


@pytest.mark.parametrize(
    "inner", ["[" * 50_000, "{", '{"eventType":["Bounce"]}', '{"eventType":"Bounce","mail":7}', ""]
)
def test_a_message_that_cannot_be_read_is_kept(inner: str) -> None:
    """Amazon signed it, so it is somebody's word; it stands as it is."""
    [event] = AwsSns().parse(posted(message(Message=inner)), account(), 0.0)
    assert event.kind in {"generic", "status"}


def test_a_bare_message_has_no_signature() -> None:
    """SNS can be told to leave the envelope away; then only an unsigned account takes it."""
    with pytest.raises(Unverified):
        verify({"notificationType": "Received", "mail": {}})
