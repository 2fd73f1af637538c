"""What every registered adapter promises of proofs: what is not proven is refused, however it comes."""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import captured
import pytest
from conforming import NAMES, NOW, SAMPLES, every, read, sampled

from channels.registry import PROVIDERS
from router.errors import RouterError, Unverified
from router.ports import Account, Request

PROVEN = [(name, sample) for name, sample in SAMPLES if (sample.get("settings") or {}).get("secret")]
BEARERS = {
    "amazon_connect": "a key in a header, where SNS does not sign",
    "asterisk": "a token in a header",
    "mailgun": "an HMAC of time and token, not of the body",
    "matrix": "a token in a header",
    "postmark": "a password in a header",
    "teams": "a token that speaks of the bot and its address only",
    "telegram": "a token in a header",
    "web": "a token in the first frame of a connection",
}
"""Whose proof says who calls, and not what: by the provider's design. All others sign what they say."""

_WORDS = re.compile(r"signature|\bsig\b|token", re.IGNORECASE)
_FLIPS = 24  # places of a body that are tried
OTHER = "whsec_YW5vdGhlcg=="

by_header = [
    (name, sample)
    for name, sample in PROVEN
    if any(_WORDS.search(header) or "authorization" in header.lower() for header in sample["headers"])
]


def proves(header: str) -> bool:
    """Tell whether a header proves who calls: a signature, or a secret as it is."""
    return _WORDS.search(header) is not None or "authorization" in header.lower()


def verified(name: str, sample: dict[str, Any], request: Request) -> bool:
    """Tell whether a request is taken for genuine; any error but Unverified goes through."""
    try:
        PROVIDERS[name][1].verify(request, captured.account(name, sample), sample["now"])
    except Unverified:
        return False
    return True


def bare(sample: dict[str, Any]) -> Request:
    """Give the request of a sample without anything that proves it, in headers, address or body."""
    headers = {key.lower(): value for key, value in sample["headers"].items()}
    left = {key: value for key, value in headers.items() if key in {"content-type", "origin"}}
    body = re.sub(_WORDS.pattern.encode(), b"absent", captured.body(sample), flags=re.IGNORECASE)
    return captured.request(sample, headers=left, body=body, url=_WORDS.sub("absent", sample["url"]))


def flipped(sample: dict[str, Any]) -> Iterator[Request]:
    """Give the request of a sample with one bit of its body, of its address or of its query flipped."""
    body, url = captured.body(sample), sample["url"]
    for at in range(0, len(body), max(1, len(body) // _FLIPS)):
        yield captured.request(sample, body=body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
    for at in range(url.find("?") + 1 or len(url), len(url), 5):
        yield captured.request(sample, url=url[:at] + chr(ord(url[at]) ^ 1) + url[at + 1 :])


@every
def test_every_adapter_shows_a_request_that_is_proven(name: str) -> None:
    """Nobody adds an adapter without a sample that its secret proves: the tests here live on it."""
    assert [sample["name"] for one, sample in PROVEN if one == name and sample["expect"]["events"]]


@every
def test_a_refused_signature_is_answered_with_a_client_error(name: str) -> None:
    """No provider is told that we failed when it did."""
    assert 400 <= PROVIDERS[name][1].unverified_status < 500


@sampled(PROVEN)
def test_an_unsigned_request_is_refused(name: str, sample: dict[str, Any]) -> None:
    """Without its proof no event comes of a request; only what says nothing may come without one."""
    found = bare(sample)
    assert not verified(name, sample, found) or read(name, sample, found) == []


@sampled(by_header)
def test_a_refusal_is_told_in_the_way_of_the_provider(name: str, sample: dict[str, Any]) -> None:
    """A request without its signature has no events, and is answered with the adapter's own status."""
    left = {key: value for key, value in sample["headers"].items() if not proves(key)}
    reading = captured.reading(name, sample, headers=left)
    assert (reading["verified"], reading["events"]) == (False, [])
    assert reading["problem"]["code"] == "unverified"
    assert reading["answer"]["status"] == PROVIDERS[name][1].unverified_status


@sampled(PROVEN)
def test_another_secret_is_refused(name: str, sample: dict[str, Any]) -> None:
    """Who signs with another secret is not the provider."""
    reading = captured.reading(name, sample, settings=sample["settings"] | {"secret": OTHER})
    assert reading["events"] == []
    assert reading["verified"] is False or sample["expect"]["events"] == []


@sampled(PROVEN)
def test_what_is_not_proven_is_not_believed(name: str, sample: dict[str, Any]) -> None:
    """Any byte changed is refused, unless it changes nothing of what is read."""
    genuine = read(name, sample, captured.request(sample))
    for found in flipped(sample):
        if verified(name, sample, found) and name not in BEARERS:
            assert read(name, sample, found) in (genuine, None)


@pytest.mark.parametrize("name", sorted(BEARERS))
def test_only_those_whose_provider_signs_no_body_are_let_off(name: str) -> None:
    """Who signs all that is read of a sample has no place in the list of those who do not."""
    assert any(
        read(name, sample, found) not in (read(name, sample, captured.request(sample)), None)
        for one, sample in PROVEN
        if one == name
        for found in flipped(sample)
        if verified(name, sample, found)
    )


@sampled(by_header)
@pytest.mark.parametrize("garbage", ["", " ", "é", "v1,a,b", "v1,", "v1 ,", "\ud800", "=" * 70_000, "v1,é"])
def test_garbage_for_a_signature_is_refused(name: str, sample: dict[str, Any], garbage: str) -> None:
    """Whatever stands where the signature belongs, the answer is no, and never a failure."""
    headers = {key.lower(): garbage if proves(key) else value for key, value in sample["headers"].items()}
    assert not verified(name, sample, captured.request(sample, headers=headers))


@every
def test_an_empty_secret_proves_nothing(name: str) -> None:
    """Who signs with nothing at all is not the provider."""
    url, stamp = "https://a.example/", str(int(NOW))
    forged = {
        "x-twilio-signature": b64encode(hmac.digest(b"", url.encode(), "sha1")).decode(),
        "x-router-signature": "sha256=" + hmac.digest(b"", b"", "sha256").hex(),
        "webhook-id": "1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + b64encode(hmac.digest(b"", f"1.{stamp}.".encode(), "sha256")).decode(),
    }
    for secret in ("", "whsec_"):
        with pytest.raises(RouterError):
            PROVIDERS[name][1].verify(
                Request("POST", url, forged, b""), Account("chat", name, "main", secret=secret), NOW
            )


def test_every_bearer_is_an_adapter() -> None:
    """The list speaks of adapters that are there."""
    assert BEARERS.keys() <= set(NAMES)
