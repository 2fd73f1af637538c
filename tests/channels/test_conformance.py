"""What every registered adapter promises, tried on all of them by themselves.

Of proofs, of batches, and of what listens and sends: see the other ``test_conformance_…``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import captured
import pytest
from conforming import NOW, SAMPLES, every, holds, refusal, sampled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.registry import ADAPTERS, PROVIDERS
from router.ports import Account, Channel, Confirms, Needs, Request

DEEP = 100_000
MOST_SECONDS = 5.0  # of the processor; a body of 1 MiB takes some milliseconds; quadratic work takes minutes


def survives(adapter: Channel, request: Request, account: Account) -> None:
    """Assert that an adapter reads a request into sound events, or refuses it by one of our errors."""
    unverified = refusal(lambda: adapter.verify(request, account, NOW))
    assert unverified is None or unverified.code == "unverified"
    asks_only_for_secure_addresses(adapter, request, account)
    unread = refusal(lambda: adapter.parse(request, account, NOW))
    if unread is not None:
        assert unread.status in {400, 413, 415, 422}
        return
    events = adapter.parse(request, account, NOW)
    holds(events)
    assert 200 <= adapter.answer(request, account, events).status < 300


def asks_only_for_secure_addresses(adapter: Channel, request: Request, account: Account) -> None:
    """Assert that no request gets another address out of it, nor any where the account has a secret."""
    bare = Account(account.channel, account.provider, account.name, settings=account.settings)
    if isinstance(adapter, Needs):
        assert account.secret is None or adapter.needs(request, account) is None
        assert (adapter.needs(request, bare) or "https://").startswith("https://")
    if isinstance(adapter, Confirms) and refusal(lambda: adapter.parse(request, account, NOW)) is None:
        assert (adapter.confirmation(request, bare) or "https://").startswith("https://")


def accounts(name: str) -> Account:
    """Give an account with a secret."""
    return Account("chat", name, "main", secret="whsec_c2VjcmV0")


def hostile() -> Iterator[tuple[str, bytes]]:
    """Name bodies that break parsers."""
    yield "empty", b""
    yield "nested arrays", b"[" * DEEP
    yield "nested objects", b'{"a":' * DEEP
    yield "no utf-8", b'{"a":"\xff\xfe"}'
    yield "lone surrogate", b'{"text":"\\ud83d"}'
    yield "byte order mark", b"\xef\xbb\xbf[]"
    yield "nul", b"\0" * 64
    yield "large number", b'{"id":' + b"9" * 400_000 + b"}"
    yield "infinite number", b'{"timestamp":1e999999}'
    yield "many fields", b"a=1&" * 250_000
    yield "long field", b"Body=" + b"x" * 1_000_000 + b"&MessageSid=SM1&CallSid=CA1&From=" + b"1" * 1_000_000
    yield "bad escapes", b"MessageSid=SM%1&From=%ff%fe%ed%a0%80&Body=%ff&CallSid=%00&To=%0a"
    yield "many parts", b"--x\r\n" * 200_000
    yield "many addresses", b"From: " + b"a@b.example, " * 80_000 + b"\r\n\r\n"
    yield "array of everything", b'[null,1,"a",[],{},{"id":[]},{"type":{}}]'
    yield "half an object", b'{"entry":[{"changes":[{"value":'


@every
def test_every_adapter_has_samples(name: str) -> None:
    """Nobody adds an adapter without showing what it reads."""
    assert captured.samples(name)


def test_every_provider_is_found_by_name() -> None:
    """The command line reaches each adapter that has a hook, and no other."""
    assert {provider for _, provider in ADAPTERS} == set(PROVIDERS)


@sampled(SAMPLES)
def test_a_sample_reads_as_expected(name: str, sample: dict[str, Any]) -> None:
    """The events and the status of the answer are those of the sample; a secret makes it verified."""
    reading = captured.reading(name, sample)
    assert reading["problem"] is None
    assert captured.missing(reading["events"], sample["expect"]["events"]) == []
    assert reading["answer"]["status"] == sample["expect"]["status"]
    assert reading["verified"] is (True if (sample.get("settings") or {}).get("secret") else None)


@sampled(SAMPLES)
def test_a_sample_gives_sound_events(name: str, sample: dict[str, Any]) -> None:
    """Every event is within the bounds of the model, of the account's source, and known by a distinct id."""
    account = captured.account(name, sample)
    events = PROVIDERS[name][1].parse(captured.request(sample), account, NOW)
    holds(events)
    assert {event.source for event in events} <= {account.source}
    assert len({event.id for event in events}) == len(events)


@sampled(SAMPLES)
def test_a_replay_is_the_same(name: str, sample: dict[str, Any]) -> None:
    """The same request, two days later, makes the same events and gets the same answer."""
    account, request, adapter = captured.account(name, sample), captured.request(sample), PROVIDERS[name][1]
    first = adapter.parse(request, account, NOW)
    again = adapter.parse(request, account, NOW + 172_800)
    assert first == again
    assert adapter.answer(request, account, first) == adapter.answer(request, account, again)


@sampled(SAMPLES)
def test_without_a_secret_nothing_is_verified_and_all_is_read(name: str, sample: dict[str, Any]) -> None:
    """Verified is null, the events are the same."""
    bare = {key: value for key, value in (sample.get("settings") or {}).items() if key != "secret"}
    reading = captured.reading(name, sample, settings=bare)
    assert reading["verified"] is None
    assert captured.missing(reading["events"], sample["expect"]["events"]) == []


@every
@pytest.mark.parametrize("kind", [kind for kind, _ in hostile()])
@pytest.mark.parametrize(
    "media",
    ["", "application/json", "application/x-www-form-urlencoded", "application/cloudevents-batch+json"],
)
def test_a_hostile_body_is_refused_or_read_in_time(name: str, kind: str, media: str) -> None:
    """No body breaks an adapter, and none holds it up."""
    request = Request("POST", "https://a.example/hook", {"content-type": media}, dict(hostile())[kind])
    begun = time.process_time()
    survives(PROVIDERS[name][1], request, accounts(name))
    assert time.process_time() - begun < MOST_SECONDS


_texts = st.text(st.characters(), max_size=40)
_media = st.sampled_from([
    "", "application/json", "application/x-www-form-urlencoded", "text/plain", "message/rfc822",
    "application/cloudevents+json", "application/cloudevents-batch+json; charset=utf-8",
    "multipart/form-data; boundary=x",
])  # fmt: skip
_names = st.sampled_from(["ce-id", "ce-type", "ce-source", "ce-specversion", "ce-time", "x-twilio-signature"])
_headers = st.builds(
    lambda some, media: some | {"content-type": media}, st.dictionaries(_names, _texts), _media
)
_urls = ["https://a.example/hook?a=b", "https://a.example:99999/", "http://[", "//", "https://a.example:x/?a"]
_requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", "HEAD"]),
    url=st.one_of(_texts, st.sampled_from(_urls)),
    headers=_headers,
    body=st.one_of(st.binary(max_size=200), _texts.map(lambda text: text.encode("utf-8", "surrogatepass"))),
)


@every
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=_requests)
def test_junk_never_breaks_an_adapter(name: str, request: Request) -> None:
    """Any method, address, headers and body give sound events or one of our errors."""
    survives(PROVIDERS[name][1], request, accounts(name))


@sampled(SAMPLES)
def test_a_damaged_sample_never_breaks_an_adapter(name: str, sample: dict[str, Any]) -> None:
    """Cut anywhere, a byte changed anywhere, a part doubled: sound events or one of our errors."""
    whole, adapter = captured.body(sample), PROVIDERS[name][1]
    step = max(1, len(whole) // 12)
    for at in range(0, len(whole), step):
        for damaged in (
            whole[:at], whole[at:], whole[:at] + b"\xff" + whole[at + 1 :], whole[:at] + b"[" + whole[at:],
            whole[:at] + whole[at : at + step] * 3 + whole[at + step :],
        ):  # fmt: skip
            survives(adapter, captured.request(sample, body=damaged), captured.account(name, sample))
