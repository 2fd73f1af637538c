"""MessageBird: the token that speaks of address and body, the signature of Bird, forms with two of a name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt as signer
import msgspec
import pytest

from channels.parse import parse_line
from channels.sms.messagebird import MessageBird
from router.errors import Unverified
from router.ports import Account, Request

SECRET = "messagebird-signing-key-" * 4
HOOK = "https://contact.example.com/v1/hooks/sms/messagebird/main?b=1&a=2"
NOW = 1_772_445_600
ADAPTER = MessageBird()
ACCOUNT = Account("sms", "messagebird", "main", secret=SECRET)
BODY = b"id=1&originator=447700900118&body=Hi"
_VECTORS = (
    Path(os.environ.get("ROUTER_CASES", "/nonexistent"))
    / "channels/messagebird/webhook_signature_test_data.json"
)


def claims(**more: Any) -> dict[str, Any]:
    """Give the claims that MessageBird signs."""
    hashes = {
        "url_hash": hashlib.sha256(HOOK.encode()).hexdigest(),
        "payload_hash": hashlib.sha256(BODY).hexdigest(),
    }
    return {"iss": "MessageBird", "nbf": NOW, "exp": NOW + 60} | hashes | more


def holds(told: dict[str, Any], body: bytes = BODY, url: str = HOOK, now: float = NOW) -> bool:
    """Tell whether a request with this token is verified."""
    token = signer.encode({k: v for k, v in told.items() if v is not None}, SECRET, algorithm="HS256")
    try:
        ADAPTER.verify(Request("POST", url, {"messagebird-signature-jwt": token}, body), ACCOUNT, now)
    except Unverified:
        return False
    return True


def test_a_token_speaks_of_address_body_and_minute() -> None:
    """Each of them, byte for byte; two seconds are its leeway."""
    assert holds(claims())
    assert holds(claims(payload_hash=None), b"")
    for told, body, url, now in (
        (claims(iss="Bird"), BODY, HOOK, NOW),
        (claims(iss=None), BODY, HOOK, NOW),
        (claims(exp=None), BODY, HOOK, NOW),
        (claims(), BODY, HOOK, NOW + 62),
        (claims(), BODY, HOOK, NOW - 2),
        (claims(), BODY, HOOK.replace("b=1&a=2", "a=2&b=1"), NOW),
        (claims(url_hash=None), BODY, HOOK, NOW),
        (claims(), b"", HOOK, NOW),
        (claims(), BODY + b"!", HOOK, NOW),
        (claims(payload_hash=None), BODY, HOOK, NOW),
    ):
        assert not holds(told, body, url, now)


@pytest.mark.parametrize("address", [HOOK, "a=2&b=1"])
def test_the_signature_of_bird_speaks_of_address_body_and_time(address: str) -> None:
    """The address as called, or its query sorted as the oldest webhooks sign it."""

    def sent(stamp: str, body: bytes = BODY) -> Request:
        signed = f"{stamp}\n{address}\n".encode() + hashlib.sha256(BODY).digest()
        code = base64.b64encode(hmac.new(SECRET.encode(), signed, "sha256").digest()).decode()
        return Request(
            "POST", HOOK, {"messagebird-signature": code, "messagebird-request-timestamp": stamp}, body
        )

    ADAPTER.verify(sent(str(NOW - 300)), ACCOUNT, NOW)
    for bad in (sent(str(NOW - 301)), sent("x"), sent(""), sent(str(NOW), b"other")):
        with pytest.raises(Unverified):
            ADAPTER.verify(bad, ACCOUNT, NOW)


def test_two_of_a_name_mean_the_last() -> None:
    """MessageBird writes the older name first."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    found = ADAPTER.parse(
        Request("POST", HOOK, form, b"id=a&id=b&originator=447700900118&body=x&body=y"), ACCOUNT, NOW
    )
    assert [(event.id, event.text) for event in found] == [("b", "y")]


def _vectors() -> list[dict[str, Any]]:
    return msgspec.json.decode(_VECTORS.read_bytes()) if _VECTORS.is_file() else []


@pytest.mark.skipif(not _VECTORS.is_file(), reason="ROUTER_CASES does not point to the cases")
@pytest.mark.parametrize("vector", _vectors(), ids=lambda vector: vector["name"])
def test_the_published_vectors_hold_or_not(vector: dict[str, Any]) -> None:
    """As they say of themselves, at their own time."""
    captured = {
        "method": vector["method"],
        "url": vector["url"],
        "headers": {"MessageBird-Signature-JWT": vector["token"]},
        "body_base64": base64.b64encode((vector.get("payload") or "").encode()).decode(),
        "settings": {"secret": vector.get("secret", "any")},
        "now": datetime.fromisoformat(vector["timestamp"]).timestamp(),
    }
    reading = msgspec.json.decode(parse_line(msgspec.json.encode(captured), "messagebird"))
    assert reading["verified"] is vector["valid"], vector.get("reason")
