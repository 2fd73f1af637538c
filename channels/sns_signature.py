"""The signature of Amazon SNS: RSA with PKCS #1 v1.5 over the names and values of some fields, a line each.

With SHA-1 (SignatureVersion 1) or SHA-256 (2); MessageAttributes are not in it. Published at
docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. That Amazon signed says only that
*some* topic sent this, and everybody may have one: the setting ``topics`` says which are ours.

The certificate is the account's ``secret``; without one it is the document at ``SigningCertURL``, which the
house reads, and then ``topics`` must be set.
"""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from channels import sns, wire
from channels.sns import Notice
from router.errors import Malformed, Unverified
from router.ports import Account, Request

_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
_CERTIFICATE_MARK = b"-----BEGIN CERTIFICATE-----"


def verify(request: Request, account: Account) -> None:
    """Raise Unverified unless a topic of ours sent this and Amazon signed it.

    Where the certificate lies is looked at before anything else.
    """
    notice = _ours(request, account)
    written = account.secret.encode("utf-8", "replace") if account.secret else request.document or b""
    if not any(_fits(key, notice) for key in _keys(written)):
        raise Unverified("Signature does not fit the certificate and the message")


def needs(request: Request, account: Account) -> str | None:
    """Give where the certificate lies, of a message from a topic of ours; None where the account has one."""
    try:
        return None if account.secret else _ours(request, account).certificate_url
    except Unverified:
        return None


def _ours(request: Request, account: Account) -> Notice:
    """Read a message that may be signed, from a topic of ours; Unverified where it is none."""
    try:
        notice = sns.read(request)
        if notice is None:
            raise Unverified("the body is no envelope of SNS, so nothing is signed")
        _ = notice.certificate_url
    except Malformed as error:
        raise Unverified(error.detail) from None
    allowed = sns.topics(account)
    if not allowed and not account.secret:
        raise Unverified("the account names no `topics`, and Amazon signs for everybody who has one")
    if allowed and notice.topic not in allowed:
        raise Unverified("the topic is not one of the setting `topics`: that Amazon signed it proves nothing")
    return notice


def _fits(key: RSAPublicKey, notice: Notice) -> bool:
    version = wire.name(notice.fields, "SignatureVersion") if "SignatureVersion" in notice.fields else "1"
    if version not in _HASHES:
        return False
    try:
        signature = base64.b64decode("".join((wire.text(notice.fields, "Signature") or "").split()))
        key.verify(signature, _signed(notice), PKCS1v15(), _HASHES[version]())
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _signed(notice: Notice) -> bytes:
    names = _SIGNED if notice.kind == sns.NOTIFICATION else _CONFIRMED
    pairs = ((name, notice.fields.get(name)) for name in names)
    return "".join(f"{name}\n{value}\n" for name, value in pairs if isinstance(value, str)).encode("utf-8")


def _keys(written: bytes) -> list[RSAPublicKey]:
    """Give the keys of certificates, one behind the other, or of a bare public key; the dates do not count.

    Whoever set a certificate trusts its key, and Amazon changes them without notice.
    """
    found: list[object] = []
    try:
        if _CERTIFICATE_MARK in written:
            found += [each.public_key() for each in x509.load_pem_x509_certificates(written)]
        else:
            found.append(load_pem_public_key(written))
    except (ValueError, UnsupportedAlgorithm):
        return []
    return [key for key in found if isinstance(key, RSAPublicKey)]
