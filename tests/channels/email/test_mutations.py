"""Any bytes at all: reading never raises, and what it gives can be kept."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.mail import Envelope
from channels.email.raw import read_mail, unparsed
from router.model.event import Event
from router.ports import Account

ACCOUNT = Account("email", "email_raw", "main", settings={"authserv_id": "mail.shop.example"})
NOW = 1_775_000_000.0
SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.eml"))
SPARKS = [
    b"\0", b"\r\n", b"\n\n", b"\xff\xfe", b"=?utf-8?b?/////w==?=", b"<", b">", b'"', b"(", b";", b"--", b"=",
    b"\nContent-Type: multipart/mixed; boundary=x\n\n--x\n", b"\nContent-Transfer-Encoding: base64\n",
    b"\nDate: 99 Xxx 99999 99:99:99 +9999\n", b"\nFrom: <>\n", b"\nMessage-ID: <" + b"x" * 2000 + b">\n",
    b"charset=utf-16", b"*0*=x'y'%zz", b"\xe2\x80\xae", b"A" * 3000, b"\nSubject: =?x?q?", b"&#x110000;",
    b"\xed\xa0\x80", b"<div>", b"\nDate: Mon, 1 Jan 0001 00:00 +2359\n", b"Action: delayed\n\n", b"\x1b$B",
]  # fmt: skip


def sound(raw: bytes, envelope: Envelope = Envelope()) -> None:  # noqa: B008 - frozen
    """Assert that a mail reads into one event within its bounds, and the same once more."""
    for read in (read_mail, unparsed):
        events = read(raw, ACCOUNT, NOW, envelope)
        written = msgspec.json.encode(events)
        assert msgspec.json.decode(written, type=list[Event], strict=True) == events
        assert len(events) == 1
        assert events == read(raw, ACCOUNT, NOW, envelope)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Draw a sample with some bytes cut out, doubled, or replaced by something nasty."""
    raw = draw(st.sampled_from(SAMPLES)).read_bytes()
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + draw(st.integers(0, 60)))
        spark = draw(st.one_of(st.sampled_from(SPARKS), st.binary(max_size=8), st.just(raw[start:stop] * 2)))
        raw = raw[:start] + spark + raw[stop:]
    return raw


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_every_beginning_of_a_sample_is_sound(file: Path) -> None:
    """Mail cut off anywhere is still mail."""
    raw = file.read_bytes()
    for end in range(0, len(raw), 7):
        sound(raw[:end])


@settings(max_examples=300, deadline=None)
@given(mutations())
def test_a_damaged_sample_is_sound(raw: bytes) -> None:
    """Whatever the way does to a mail."""
    sound(raw)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=500), st.text(max_size=50), st.lists(st.text(max_size=50), max_size=3))
def test_any_bytes_are_sound(raw: bytes, sender: str, recipients: list[str]) -> None:
    """Even where there never was a mail, from and to anyone."""
    sound(raw, Envelope(sender, tuple(recipients)))
