"""/v1/hooks of providers who publish what proves their calls, and who ask us to visit an address.

The house is real but for the internet, and signs as they do.
"""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import jwt as signer
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from jwt.algorithms import RSAAlgorithm
from parts import Parts

from channels.chat.teams import KEYS
from channels.registry import ADAPTERS

KEY = rsa.generate_private_key(65_537, 2048)
STRANGER = rsa.generate_private_key(65_537, 2048)
TOPIC = "arn:aws:sns:eu-west-1:111122223333:mail"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
VISIT = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=7"
ACCOUNTS = {
    "email": {
        "aws_sns": {
            "main": {"topics": [TOPIC]},
            "bare": {},
            "open": {"topics": [TOPIC], "unsigned": True},
        }
    },
    "chat": {"teams": {"main": {"app_id": "app"}, "bare": {}}},
}


def pem() -> bytes:
    """Make the certificate of Amazon."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.example")])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    made = builder.not_valid_after(datetime(2021, 1, 1, tzinfo=UTC)).sign(KEY, SHA256())
    return made.public_bytes(Encoding.PEM)


def notice(key: rsa.RSAPrivateKey = KEY, **more: str) -> bytes:
    """Sign a message of SNS; one with a SubscribeURL is a confirmation."""
    kind = "SubscriptionConfirmation" if "SubscribeURL" in more else "Notification"
    told = {"Message": "hello", "MessageId": "m-1", "Timestamp": "2026-03-02T09:58:41.000Z", "Type": kind}
    told |= {"TopicArn": TOPIC, "SigningCertURL": CERTIFICATE, "SignatureVersion": "2"} | more
    unsigned = {"SigningCertURL", "SignatureVersion"}
    text = "".join(f"{name}\n{told[name]}\n" for name in sorted(told.keys() - unsigned))
    signature = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return msgspec.json.encode(told | {"Signature": signature})


@pytest.fixture
async def served() -> AsyncIterator[Parts]:
    """Serve accounts without a secret."""
    made = Parts(channels=dict(ADAPTERS), accounts=ACCOUNTS)
    made.network.pages[CERTIFICATE] = pem()
    made.network.pages[VISIT] = b"<ConfirmSubscriptionResponse/>"
    runner = await made.start()
    yield made
    await made.background.drain(5)
    await runner.cleanup()


@pytest.fixture
async def caller(served: Parts) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a client without any key."""
    async with aiohttp.ClientSession(served.url) as session:
        yield session


async def told(
    caller: aiohttp.ClientSession, path: str, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    """Post to a hook; give the status and the problem, if any."""
    async with caller.post(f"/v1/hooks/{path}", data=body, headers=headers) as answer:
        text = await answer.read()
        return answer.status, msgspec.json.decode(text) if answer.status >= 400 else None


async def test_the_certificate_is_read_once(caller: aiohttp.ClientSession, served: Parts) -> None:
    """From where Amazon says it lies; each call is recorded."""
    for number in range(3):
        assert (await told(caller, "email/aws_sns/main", notice(MessageId=f"m-{number}")))[0] == 200
    assert served.network.asked == [CERTIFICATE]
    assert [event.provider_event_id for event in served.ingest.entries] == ["m-0", "m-1", "m-2"]  # type: ignore[union-attr]


async def test_who_else_signs_is_refused(caller: aiohttp.ClientSession, served: Parts) -> None:
    """By a key of their own, with a certificate of their own, elsewhere, from a topic of their own."""
    evil = "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem"
    for body in (
        notice(STRANGER),
        notice(STRANGER, SigningCertURL=evil),
        notice(TopicArn=f"{TOPIC}2"),
        b"{}", b"", b"[",
    ):  # fmt: skip
        status, problem = await told(caller, "email/aws_sns/main", body)
        assert (status, problem["code"]) == (403, "unverified")
    assert served.network.asked == [CERTIFICATE]
    assert served.ingest.calls == []


async def test_a_certificate_that_cannot_be_read_is_no_fault_of_the_call(
    caller: aiohttp.ClientSession, served: Parts
) -> None:
    """The provider is told to come again, and nothing is recorded."""
    del served.network.pages[CERTIFICATE]
    for _ in range(2):
        async with caller.post("/v1/hooks/email/aws_sns/main", data=notice()) as answer:
            assert (answer.status, (await answer.json(content_type=None))["code"]) == (503, "busy")
            assert int(answer.headers["Retry-After"]) > 0
    assert served.network.asked == [CERTIFICATE]
    assert served.ingest.calls == []


async def test_an_account_that_names_nobody_takes_nothing(
    caller: aiohttp.ClientSession, served: Parts
) -> None:
    """Without topics, without an app: whoever signs, nobody is asked."""
    assert (await told(caller, "email/aws_sns/bare", notice()))[0] == 403
    assert (await told(caller, "chat/teams/bare", *activity()))[0] == 403
    assert served.network.asked == []


async def test_a_subscription_of_ours_is_confirmed(caller: aiohttp.ClientSession, served: Parts) -> None:
    """Once, beside the answer; no event is made of it."""
    body = notice(SubscribeURL=VISIT, Token="7")
    for _ in range(2):
        assert (await told(caller, "email/aws_sns/main", body))[0] == 200
    await served.background.drain(5)
    assert served.network.asked == [CERTIFICATE, VISIT]
    assert served.ingest.calls == []


async def test_no_other_subscription_is_confirmed(caller: aiohttp.ClientSession, served: Parts) -> None:
    """Not one that another key signed, of another topic, elsewhere, or to an account nothing is proven to."""
    evil = "https://evil.example/?Action=ConfirmSubscription&Token=7"
    for path, body, status in (
        ("main", notice(STRANGER, SubscribeURL=VISIT), 403),
        ("main", notice(SubscribeURL=VISIT, TopicArn=f"{TOPIC}2"), 403),
        ("main", notice(SubscribeURL=evil), 200),
        ("open", notice(SubscribeURL=VISIT), 200),
        ("bare", notice(SubscribeURL=VISIT), 403),
    ):
        assert (await told(caller, f"email/aws_sns/{path}", body))[0] == status
    await served.background.drain(5)
    assert served.network.asked == [CERTIFICATE]


# -- Teams -----------------------------------------------------------------------------------------


def keys(*endorsed: str, key: rsa.RSAPrivateKey = KEY) -> bytes:
    """Publish a key as the Bot Framework does."""
    entry = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return msgspec.json.encode({"keys": [entry | {"kid": "one", "endorsements": list(endorsed)}]})


def activity() -> tuple[bytes, dict[str, str]]:
    """Write an activity, and the header that proves it."""
    url, now = "https://smba.example/emea/", int(time.time())
    claims = {"iss": "https://api.botframework.com", "aud": "app", "serviceurl": url, "exp": now + 3600}
    token = signer.encode(claims | {"nbf": now}, KEY, algorithm="RS256", headers={"kid": "one"})
    body = {"type": "message", "id": "1", "channelId": "msteams", "serviceUrl": url, "text": "Hi"}
    return msgspec.json.encode(body), {"Authorization": f"Bearer {token}"}


async def test_a_bot_is_called_by_who_has_a_published_key(
    caller: aiohttp.ClientSession, served: Parts
) -> None:
    """Read once; the token does the rest."""
    served.network.pages[KEYS] = keys("msteams", "webchat")
    body, headers = activity()
    for _ in range(2):
        assert (await told(caller, "chat/teams/main", body, headers))[0] == 200
    assert (await told(caller, "chat/teams/main", body))[0] == 403
    assert served.network.asked == [KEYS]
    assert len(served.ingest.calls) == 2


@pytest.mark.parametrize(
    "published", [keys("webchat"), keys(), keys("msteams", key=STRANGER), b"{}", b"no keys", b'{"keys":7}']
)
async def test_a_key_that_is_not_for_this_channel_proves_nothing(
    caller: aiohttp.ClientSession, served: Parts, published: bytes
) -> None:
    """A published key must endorse the channel; another key, or none, is no key."""
    served.network.pages[KEYS] = published
    status, problem = await told(caller, "chat/teams/main", *activity())
    assert (status, problem["code"]) == (403, "unverified")
    assert served.ingest.calls == []
