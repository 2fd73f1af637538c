"""What every sender that calls an API promises: what an answer means, and that no text breaks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_peer import Told, sent, serving

from channels.registry import SENDERS
from router.errors import CannotSend, OutcomeUnknown, Rejected, RouterError, Unsent
from router.model.event import Event
from router.model.handle import Handle
from router.ports import Account, Answer, Call, Outgoing

SECRET = "n3ver-show-this"


class Sample(NamedTuple):
    """A message that a provider takes, from an account that can send."""

    outgoing: Outgoing
    settings: Mapping[str, str]
    most: int


def out(medium: str, to: str, thread: str | None = None, sender: str | None = None) -> Outgoing:
    """Make a message."""
    return Outgoing(
        id="evt_1",
        channel="social",
        medium=medium,
        to=Handle.read(to),
        thread=thread,
        sender=sender,
        text="hello",
    )


_token, _bot = {"access_token": SECRET}, {"bot_token": SECRET}
_page = "psid:10/77"
SAMPLES: Mapping[tuple[str, str], list[Sample]] = {
    ("chat", "slack"): [Sample(out("slack", "slack:T1/U1", "slack:T1/C1/1.2"), _bot, 40_000)],
    ("sms", "twilio"): [Sample(out("sms", "tel:+14155550123", sender="+1555"), {"account_sid": "AC1"}, 1600)],
    ("social", "twilio"): [
        Sample(out("whatsapp", "tel:+14155550123", sender="+1555"), {"account_sid": "AC1"}, 1600)
    ],
    ("social", "line"): [Sample(out("line", "line:U1"), _token, 5000)],
    ("social", "meta"): [
        Sample(out("whatsapp", "tel:+14155550123", "whatsapp:99:tel:+14155550123"), _token, 4096),
        Sample(out("messenger", _page, f"messenger:10:{_page}"), _token, 2000),
        Sample(out("instagram", "igsid:10/77"), _token, 1000),
    ],
    ("social", "telegram"): [Sample(out("telegram", "telegram:501", "telegram:501"), _bot, 4096)],
}
EACH = [(key, sample) for key, samples in SAMPLES.items() for sample in samples]
each = pytest.mark.parametrize(
    ("key", "sample"), EACH, ids=lambda v: v[1] if len(v) == 2 else v.outgoing.medium
)


def account(key: tuple[str, str], sample: Sample) -> Account:
    """Give the account of a sample."""
    return Account(*key, "main", secret=SECRET, settings=sample.settings)


class Nowhere:
    """A world outside where nothing answers."""

    async def call(self, call: Call) -> Answer:
        """See that the call can be written, and break off."""
        assert call.url.isascii()
        raise OutcomeUnknown

    def listen(
        self, url: str, headers: Mapping[str, str] = {}
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Refuse: a sender calls, and does not listen."""
        raise ConnectionError(url, headers)


def test_every_sender_by_api_has_its_sample() -> None:
    """Nobody adds a sender without showing what it sends."""
    assert set(SAMPLES) == {key for key in SENDERS if key[0] != "email"}


@each
def test_without_its_credential_it_says_what_is_missing(key: tuple[str, str], sample: Sample) -> None:
    """By the name of the setting; with it, nothing is missing."""
    lacking = SENDERS[key].lacks(Account(*key, "main"))
    assert lacking
    assert lacking in {*sample.settings, "secret"}
    assert SENDERS[key].lacks(account(key, sample)) is None


@each
@pytest.mark.parametrize(
    ("told", "meaning"),
    [
        (Told(429), Unsent), (Told(408), Unsent),
        (Told(400), Rejected), (Told(401), Rejected), (Told(403), Rejected), (Told(404, b"<html>"), Rejected),
        (Told(301, headers={"location": "/elsewhere"}), Rejected),
        (Told(500), OutcomeUnknown), (Told(502, b"<html>"), OutcomeUnknown), (Told(503), OutcomeUnknown),
        (Told(200), OutcomeUnknown), (Told(200, b"OK"), OutcomeUnknown), (Told(200, {}), OutcomeUnknown),
        (Told(200, []), OutcomeUnknown), (Told(200, b"\xff{"), OutcomeUnknown),
        (Told(200, b"[" * 9000), OutcomeUnknown),
        (Told(cut=True), OutcomeUnknown),
    ],
)  # fmt: skip
async def test_an_answer_means_the_same_everywhere(
    key: tuple[str, str], sample: Sample, told: Told, meaning: type[RouterError]
) -> None:
    """Not taken, refused, or nobody knows; the credential is never told."""
    async with serving(told) as peer:
        with pytest.raises(meaning) as refusal:
            await sent(SENDERS[key], sample.outgoing, account(key, sample), peer)
    assert type(refusal.value) is meaning
    assert SECRET not in str(refusal.value)


@each
async def test_who_says_when_to_come_again_has_not_taken_it(key: tuple[str, str], sample: Sample) -> None:
    """But LINE, which may have: it is asked again by the same key at once."""
    async with serving(Told(503, headers={"Retry-After": "3"})) as peer:
        with pytest.raises((Unsent, OutcomeUnknown)) as refusal:
            await sent(SENDERS[key], sample.outgoing, account(key, sample), peer)
    assert isinstance(refusal.value, Unsent) is (key[1] != "line")


@each
async def test_who_is_not_there_has_not_got_it(key: tuple[str, str], sample: Sample) -> None:
    """It may be tried again; what is said of it holds no address, which may hold a token."""
    async with serving(Told()) as peer:
        pass
    with pytest.raises(Unsent) as refusal:
        await sent(SENDERS[key], sample.outgoing, account(key, sample), peer)
    assert SECRET not in str(refusal.value)


@each
async def test_what_a_provider_says_is_told_within_bounds(key: tuple[str, str], sample: Sample) -> None:
    """However much it says, and whatever it repeats."""
    words = f"{SECRET}\r\n" * 10_000
    body = {"message": words, "description": words, "error": {"message": words, "code": words}, "code": words}
    async with serving(Told(400, body)) as peer:
        with pytest.raises(Rejected) as refusal:
            await sent(SENDERS[key], sample.outgoing, account(key, sample), peer)
    assert SECRET not in refusal.value.detail
    assert len(refusal.value.detail) < 600
    assert refusal.value.detail.isprintable()


@each
async def test_what_is_too_long_or_empty_is_refused_unsent(key: tuple[str, str], sample: Sample) -> None:
    """Nothing is cut in silence, and nobody is called."""

    def saying(text: str) -> Outgoing:
        return msgspec.structs.replace(sample.outgoing, text=text)

    async with serving(Told(429)) as peer:
        for text in ("x" * (sample.most + 1), "", " \n "):
            with pytest.raises(Rejected):
                await sent(SENDERS[key], saying(text), account(key, sample), peer)
        assert peer.asked == []
        with pytest.raises(Unsent):
            await sent(SENDERS[key], saying("x" * sample.most), account(key, sample), peer)


_any = st.text(st.characters(), max_size=60)
_kinds = st.sampled_from(
    ["tel", "wa-bsuid", "psid", "igsid", "slack", "line", "telegram", "mailto", "shortcode", "x"]
)
_threads = st.one_of(
    st.none(), _any, st.builds("{}:{}/{}".format, st.sampled_from(["slack", "telegram", "line"]), _any, _any),
    st.builds("{}:{}:{}".format, st.sampled_from(["whatsapp", "messenger", "instagram"]), _any, _any),
)  # fmt: skip
_answers = st.one_of(
    st.none(),
    st.builds(
        lambda native: Event(id="1", source="s", channel="sms", kind="message", provider_event_id=native),
        _any,
    ),
)
_outgoing = st.builds(
    Outgoing,
    id=_any,
    channel=st.just("social"),
    medium=st.one_of(st.sampled_from(["whatsapp", "messenger", "instagram", "sms", "rcs"]), _any, st.none()),
    to=st.builds(Handle, _kinds, _any.filter(bool)),
    sender=st.one_of(st.none(), _any),
    thread=_threads,
    text=_any,
    answers=_answers,
)


@pytest.mark.parametrize("key", sorted(SAMPLES))
@given(outgoing=_outgoing)
async def test_no_message_breaks_a_sender(key: tuple[str, str], outgoing: Outgoing) -> None:
    """Any text, handle and thread is called with, or refused in our words."""
    settings = {**SAMPLES[key][0].settings, "phone_number_id": "9", "from": "+1555"}
    there = Account(*key, "main", secret=SECRET, settings=settings)
    with pytest.raises((OutcomeUnknown, Rejected, CannotSend)):
        await SENDERS[key].send(outgoing, there, Nowhere())
