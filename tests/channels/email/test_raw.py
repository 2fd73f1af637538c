"""The webhook for raw mail: its signature, its refusals, and the identity of a mail."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import msgspec
import pytest

from channels.email.raw import RawMail, read_mail
from router.errors import Malformed, Unverified
from router.model.event import Event
from router.ports import Account, Request

NOW = 1_775_000_000.0
MAIL = (
    b"From: ada@post.example\r\nMessage-ID: <1@post.example>\r\nDate: 2 Mar 2026 10:00 +0000\r\n\r\nhello\r\n"
)
Read = Callable[[bytes], Event]


def post(body: bytes, signature: str | None = None) -> Request:
    """Make the request that posts a mail."""
    headers = {"content-type": "message/rfc822"}
    if signature is not None:
        headers["x-router-signature"] = signature
    return Request("POST", "https://shop.example/v1/hooks/email/email_raw/main", headers, body)


def sign(body: bytes, key: str = "s3cret") -> str:
    """Sign a body as the page of the channel says."""
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def test_a_signed_mail_is_taken(account: Account) -> None:
    """The signature is over the bytes as posted; the answer is a plain success."""
    request = post(MAIL, sign(MAIL))
    RawMail().verify(request, account, NOW)
    events = RawMail().parse(request, account, NOW)
    assert [event.text for event in events] == ["hello"]
    assert RawMail().answer(request, account, events).status == 204


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        sign(MAIL)[7:],
        sign(MAIL, "other"),
        "sha256=\u00e9",
        "\ud800",
    ],
)
def test_any_other_signature_is_refused(account: Account, signature: str | None) -> None:
    """Missing, short, wrong, of another secret, or not even ASCII: always the same error."""
    with pytest.raises(Unverified):
        RawMail().verify(post(MAIL, signature), account, NOW)


def test_an_empty_secret_verifies_nothing(account: Account) -> None:
    """An account without a secret cannot be impersonated by signing with none."""
    bare = msgspec.structs.replace(account, secret="")
    with pytest.raises(Unverified):
        RawMail().verify(post(MAIL, sign(MAIL, "")), bare, NOW)


@pytest.mark.parametrize("body", [b"", b"\r\n\r\n", b'{"from": "ada"}', b"hello there", b"\0\0"])
def test_what_is_no_mail_is_refused(account: Account, body: bytes) -> None:
    """A body without a field that mails have was posted by mistake."""
    with pytest.raises(Malformed):
        RawMail().parse(post(body), account, NOW)


def test_one_mail_is_one_event_however_it_travels(read: Read) -> None:
    """Line ends and trace fields of the way change nothing."""
    traced = b"Received: by mx.example; 2 Mar 2026 10:00 +0000\n" + MAIL.replace(b"\r\n", b"\n")
    assert read(MAIL).id == read(traced).id


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"hello", b"hallo"),
        MAIL.replace(b"ada@", b"eve@"),
        MAIL.replace(b"10:00", b"10:01"),
        MAIL.replace(b"<1@", b"<2@"),
    ],
)
def test_two_mails_are_two_events(read: Read, other: bytes) -> None:
    """A Message-ID alone does not make two mails one."""
    assert read(MAIL).id != read(other).id


def test_without_a_message_id_the_whole_mail_is_its_name(read: Read) -> None:
    """Two mails of the same words are two, the same one posted twice is one."""
    first = b"From: a@b.example\nX-Trace: 1\n\nyes"
    assert read(first).id == read(first.replace(b"\n", b"\r\n")).id
    assert read(first).id != read(first.replace(b"1", b"2")).id


def test_long_texts_are_cut(read: Read) -> None:
    """The text to 65 536 characters, the whole to 262 144; the head stays as it was."""
    event = read(MAIL + b"word " * 100_000)
    assert event.text is not None
    assert event.text_full is not None
    assert len(event.text) <= 65_536
    assert len(event.text_full) == 262_144


def test_further_plain_parts_are_in_the_full_text(read: Read) -> None:
    """What stands between pictures or was added by a list is not lost, nor taken for an attachment."""
    part = b"--b\nContent-Type: text/plain\n\n%s\n"
    event = read(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
        + part % b"one"
        + part % b"two"
        + b"--b--"
    )
    assert (event.text, event.text_full, event.attachments) == ("one", "one\n\ntwo", [])


def test_a_blank_before_the_colon_makes_no_mbox_line(read: Read) -> None:
    """The obsolete syntax allows it, and it must not cost the sender."""
    event = read(b"From  : Ada <ada@b . example>\n\nhi")
    assert event.customer is not None
    assert event.customer.value == "ada@b.example"


def test_uuencoded_parts(read: Read) -> None:
    """The oldest of the encodings, with and without its frame, and damaged."""
    head = b"From: a@b.example\nContent-Transfer-Encoding: x-uuencode\n\n"
    assert read(head + b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n").text == "hello"
    assert read(head + b"hello").text == "hello"
    assert read(head + b"begin 644 a.txt\n%:&5L;&\\     \n\xff\n").flags == []


def test_attachments_are_counted(read: Read) -> None:
    """A hundred are described, more are not."""
    part = b'--b\nContent-Type: image/png; name="a.png"\n\nx\n'
    event = read(b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 150 + b"--b--")
    assert len(event.attachments) == 100


def test_replying_to_another_address_changes_nobody(read: Read) -> None:
    """Reply-To is told beside, never instead."""
    event = read(b"From: a@b.example\nReply-To: Eve <eve@thief.example>\n\nhi")
    assert event.customer is not None
    assert event.customer.value == "a@b.example"
    assert event.attrs["reply_to"] == "eve@thief.example"


@pytest.mark.parametrize(
    ("fields", "flag"),
    [
        (b"X-Spam-Flag: YES", "spam"),
        (b"Auto-Submitted: auto-generated (failure)", "auto"),
        (b"X-Auto-Response-Suppress: All", "auto"),
        (b"X-Autoreply: yes", "auto"),
        (b"Precedence: list", "auto"),
        (b"List-Id: <x.example>", "auto"),
        (b"X-Loop: help@shop.example", "auto"),
        (b"Return-Path: <>", "auto"),
        (b"Date: 1 Jan 3000 00:00 +0000", "clock_skew"),
        (b"Subject: Fw: x", "forwarded"),
        (b"Authentication-Results: mail.shop.example; dmarc=fail header.from=b.example", "unverified"),
    ],
)
def test_flags(read: Read, fields: bytes, flag: str) -> None:
    """Each sign sets its flag, and only that."""
    assert read(b"From: a@b.example\n" + fields + b"\n\nhi").flags == [flag]


@pytest.mark.parametrize(
    "fields", [b"Auto-Submitted: no", b"Precedence: first-class", b"X-Auto-Response-Suppress: None"]
)
def test_a_person_is_no_robot(read: Read, fields: bytes) -> None:
    """Fields that say "no" set nothing."""
    assert read(b"From: a@b.example\n" + fields + b"\n\nhi").flags == []


@pytest.mark.parametrize("local", ["no-reply", "noreply", "do_not_reply", "Do-Not-Reply+7"])
def test_who_cannot_be_answered_is_a_robot(read: Read, local: str) -> None:
    """The address says so; it is the customer's handle all the same."""
    event = read(f"From: {local}@b.example\n\nhi".encode())
    assert event.flags == ["auto"]
    assert event.customer is not None


def test_a_daemon_is_no_customer(read: Read) -> None:
    """Even where what it says is no report."""
    event = read(b"From: MAILER-DAEMON@b.example\nSubject: hello\n\nhi")
    assert (event.kind, event.customer, event.author) == ("message", None, "system")


def test_now_is_given(account: Account) -> None:
    """The same mail at the same time is the same event."""
    assert read_mail(MAIL, account, NOW) == read_mail(MAIL, account, NOW)
