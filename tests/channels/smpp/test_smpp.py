"""SMPP: alphabets, parts, receipts, responses, and PDUs that lie about their length."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms import smpp_text
from channels.sms.smpp import Smpp
from router.errors import Malformed
from router.model.event import Event
from router.ports import Account, Request

HOOK = "https://contact.example.com/v1/hooks/sms/smpp/main"
NOW = 1_772_445_600.0
ADAPTER = Smpp()


def deliver(message: bytes, *, coding: int = 0, esm: int = 0, sequence: int = 1) -> bytes:
    """Write a deliver_sm from +447700900118 to +442079460007."""
    ends = bytes([1, 1]) + b"447700900118\0" + bytes([1, 1]) + b"442079460007\0"
    body = b"\0" + ends + bytes([esm, 0, 0, 0, 0, 0, 0, coding, 0, len(message)]) + message
    return struct.pack(">IIII", 16 + len(body), 5, 0, sequence) + body


def read(body: bytes, **settings: Any) -> list[Event]:
    """Read a body of PDUs."""
    account = Account("sms", "smpp", "main", settings=settings)
    return list(ADAPTER.parse(Request("POST", HOOK, {}, body), account, NOW))


@pytest.mark.parametrize(
    ("coding", "data", "text"),
    [
        (0, b"@\x00\x1be\x1b<\x11", "¡@€[_"),
        (0, b"\x1b", None),
        (0, b"\x1bA", "A"),
        (0, b"\x80", "\x80"),
        (1, b"plain", "plain"),
        (1, b"\xe9", "\ufffd"),
        (3, b"\xe9", "é"),
        (5, b"\x83e\x83X\x83g", "テスト"),
        (6, b"\xbf\xe0", "Пр"),
        (7, b"\xf9\xec", "של"),
        (8, b"\xd8\x3d\xde\x00", "😀"),
        (8, b"\x00A\x00", "A"),
        (8, b"\xfe\xff\x00A", "A"),
        (14, b"\xc7\xd1", "한"),
        (2, b"\x01", None),
        (4, b"\x01", None),
        (0x10, b"A", "A"),
        (0x18, b"\x00A", "A"),
        (0x14, b"\x01", None),
        (0xC8, b"A", "A"),
        (0xE0, b"\x00A", "A"),
        (0xF0, b"A", "A"),
        (0xF1, b"\x00", "@"),
        (0xF5, b"\x01", None),
        (9, b"A", "A"),
    ],
)
def test_an_alphabet_is_that_of_its_coding(coding: int, data: bytes, text: str | None) -> None:
    """Of SMPP and of GSM; what is no text is flagged and kept in hexadecimal."""
    (event,) = read(deliver(data, coding=coding))
    assert event.text == text
    binary = smpp_text.alphabet(coding, None) is None
    assert (event.flags, event.payload) == ((["unsupported"], data.hex()) if binary else ([], None))


def test_what_coding_zero_means_is_a_setting() -> None:
    """Many centres mean latin-1; a setting that is misspelt is latin-1 too, which reads everything."""
    assert read(deliver(b"\xe9@"), alphabet="latin-1")[0].text == "é@"
    assert read(deliver(b"\xe9@"), alphabet="klingon")[0].text == "é@"


_words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1, max_size=60
)


@given(_words, st.integers(1, 10))
def test_a_text_cut_anywhere_can_be_joined(words: str, size: int) -> None:
    """Parts that cut a character in two keep their bytes."""
    data = words.encode("utf-16-be")
    parts = [data[at : at + 2 * size] for at in range(0, len(data), 2 * size)]
    joined = b""
    for number, part in enumerate(parts, 1):
        header = bytes([6, 8, 4, 1, 0, len(parts), number])
        (event,) = read(deliver(header + part, coding=8, esm=0x40))
        assert (event.sequence, event.attrs["concat_total"]) == (number, len(parts))
        joined += bytes.fromhex(event.payload) if event.payload else (event.text or "").encode("utf-16-be")
    assert joined.decode("utf-16-be") == words


@pytest.mark.parametrize(
    "header",
    [
        b"\xff",
        b"\x05\x00\x03\x01\x02",
        b"\x02\x05\x00",
        b"\x00",
        b"\x05\x00\x03\x01\x00\x00",
        b"\x05\x00\x03\x01\x01\x02",
        b"",
    ],
)
def test_a_header_that_lies_is_no_part(header: bytes) -> None:
    """Longer than the message, cut, of another sort, with the third of two parts."""
    (event,) = read(deliver(header, esm=0x40))
    assert (event.sequence, "concat_ref" in event.attrs) == (0, False)


@pytest.mark.parametrize(
    ("text", "status", "state"),
    [
        (
            b"id:7 sub:001 dlvrd:001 submit date:2603020957 done date:2603020958 stat:DELIVRD err:000 text:x",
            "delivered",
            "DELIVRD",
        ),
        (b"id:7 stat:EXPIRED err:010", "failed", "EXPIRED"),
        (b"ID:7 STAT:enroute", "sent", "ENROUTE"),
        (b"id:7 stat:UNKNOWN", None, "UNKNOWN"),
        (b"id:7 stat:DELIVRD text:id:8 stat:UNDELIV", "delivered", "DELIVRD"),
        (b"nothing of the kind", None, ""),
    ],
)
def test_a_receipt_tells_what_became_of_a_message(text: bytes, status: str | None, state: str) -> None:
    """Its first words count: the text behind them is the customer's or ours."""
    (event,) = read(deliver(text, esm=4))
    assert (event.kind, event.direction, event.status) == ("status", "out", status)
    assert event.attrs.get("message_status", "") == state
    assert event.target == ("7" if state else None)


def test_the_centre_gets_a_response_for_each_pdu() -> None:
    """With the number of the PDU: deliver_sm_resp with an empty id, enquire_link_resp; none to a response."""
    link, answer = struct.pack(">IIII", 16, 0x15, 0, 6), struct.pack(">IIII", 16, 0x80000015, 0, 7)
    body = deliver(b"Hi", sequence=5) + link + answer
    reply = ADAPTER.answer(Request("POST", HOOK, {}, body), Account("sms", "smpp", "main"), [])
    assert reply.body == struct.pack(">IIII", 17, 0x80000005, 0, 5) + b"\0" + struct.pack(
        ">IIII", 16, 0x80000015, 0, 6
    )


def test_the_same_words_said_twice_are_two_messages() -> None:
    """They differ by the number of their PDU; the same PDU is the same message."""
    one, other = deliver(b"yes", sequence=1), deliver(b"yes", sequence=2)
    assert len(read(one + other + one)) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 16,
        b"\0\0\0\x10",
        deliver(b"x")[:-1],
        deliver(b"x") + b"\0",
        struct.pack(">IIII", 2**31, 5, 0, 1),
        b"zz",
        b"abc",
    ],
)
def test_what_is_no_pdu_is_refused(body: bytes) -> None:
    """A length that is not that of the body."""
    with pytest.raises(Malformed):
        read(body)


@given(st.binary(max_size=80), st.sampled_from([5, 0x103]))
def test_no_pdu_breaks_it(junk: bytes, command: int) -> None:
    """Whatever is in it is a message, a receipt, or kept unread beside the good one."""
    pdu = struct.pack(">IIII", 16 + len(junk), command, 0, 1) + junk
    found = read(pdu + deliver(b"good"))
    assert found[-1].text == "good"
    assert len(found) == 2
