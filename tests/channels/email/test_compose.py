"""Composed mail: what a provider took apart reads as if it had come whole, whatever the parts hold."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.compose import ANY_TIME, File, compose, head, mailbox, prefer
from channels.email.raw import read_mail
from router.model.event import Event
from router.ports import Account

ACCOUNT = Account("email", "postmark", "main")


def read(raw: bytes) -> Event:
    """Read a composed mail."""
    [event] = read_mail(raw, ACCOUNT, ANY_TIME)
    return event


def test_fields_text_and_files_are_read_again() -> None:
    """Everything given is in the event."""
    files = [
        File(b"\x00--\r\n", "application/pdf", 'Rechnung; für "März"/April.pdf'),
        File(base64.b64encode(b"GIF"), "image/gif", "a.gif", "id@1", base64=True),
    ]
    event = read(
        compose(
            [("From", mailbox("ada@example.org", "Ada")), ("Subject", "Größe")],
            b"Message-ID: <a@b>\r\nFrom: other@example.org\r\n",
            text="Hallo\n\n--b\nEnde",
            html='<img src="cid:id@1">',
            files=files,
        )
    )
    assert (event.customer and str(event.customer.handle)) == "mailto:ada@example.org"
    assert (event.subject, event.text, event.provider_event_id) == ("Größe", "Hallo\n\n--b\nEnde", "a@b")
    assert [(each.mime, each.size, each.inline) for each in event.attachments] == [
        ("application/pdf", 5, False),
        ("image/gif", 3, True),
    ]
    assert event.attachments[0].name == "April.pdf"  # a path is never believed
    assert event.attachments[1].content_id == "id@1"


def test_a_mail_without_parts_has_an_empty_text() -> None:
    """Its boundary is not what it says."""
    assert read(compose([("From", "<a@example.org>")], b"Subject: Hm\n")).text == ""


def test_a_report_stays_a_report() -> None:
    """The sender's Content-Type counts so far."""
    report = b"From: MAILER-DAEMON@example.org\nContent-Type: multipart/report; boundary=q\n"
    status = b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@example.org\r\nAction: delayed\r\n"
    event = read(compose([], report, text="Later.", files=[File(status, "message/delivery-status")]))
    assert (event.kind, event.status, event.customer) == ("status", "queued", None)


@pytest.mark.parametrize(
    "value", ["a\r\nFrom: evil@example.org", "a\nFrom: evil@example.org", "a\0\r\rFrom: evil@x.org"]
)
def test_no_value_begins_another_field(value: str) -> None:
    """Line ends of a JSON text end no line here."""
    event = read(compose([("Subject", value), ("From", "<ada@example.org>")]))
    assert event.customer is not None
    assert event.customer.value == "ada@example.org"
    assert (event.subject or "").startswith("a")


def test_what_is_no_name_of_a_field_is_left_out() -> None:
    """Nor is a field without a value."""
    assert head([("Bad Name", "x"), ("A:b", "x"), ("", "x"), ("Ok", None), ("Ok", "y")]) == b"Ok: y\r\n"


def test_a_continued_first_line_does_not_join_ours() -> None:
    """What the sender wrote cannot extend a field the provider vouches for."""
    event = read(compose([("From", "<ada@example.org>")], b" , <evil@example.org>\nSubject: x\n"))
    assert event.customer is not None
    assert event.customer.value == "ada@example.org"
    assert event.attrs.get("to") is None


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("a@b.example", 'x" <evil@b.example>, "', ("a@b.example", 'x" <evil@b.example>, "')),
        ("a@b.example", "evil@b.example,", ("a@b.example", "evil@b.example,")),
        ("a@b.example", "\\" * 400, ("a@b.example", "\\" * 140)),
        ("a@b.example", "", ("a@b.example", None)),
    ],
)
def test_no_display_name_passes_for_an_address(
    address: str, name: str, expected: tuple[str, str | None]
) -> None:
    """Who wrote is who the provider says, whatever they call themselves."""
    event = read(compose([("From", mailbox(address, name))]))
    assert event.customer is not None
    assert (event.customer.value, event.customer.name) == expected


@pytest.mark.parametrize(
    "address", ["", None, "a@b.example>, <evil@b.example", "a@b.example,evil@b.example", " "]
)
def test_what_is_no_address_is_nobody(address: str | None) -> None:
    """Rather than the wrong one."""
    assert mailbox(address, "Ada") is None


def test_the_providers_cut_counts_where_there_is_one() -> None:
    """The whole stays; a report, and an empty cut, change nothing."""
    event = read(compose([("From", "<a@example.org>")], text="New\n> old"))
    cut = prefer(event, " Newer ")
    assert (cut.text, cut.text_full) == ("Newer", "New\n> old")
    assert prefer(event, "\n") is event
    assert prefer(event, None) is event
    assert prefer(read(compose([], text="Same")), "Same").text_full is None


texts = st.text(max_size=60) | st.sampled_from(["--", "Content-Type: x", "\r\n\r\n", "=?utf-8?q?=00?="])


@settings(max_examples=200, deadline=None)
@given(texts, texts, texts, st.binary(max_size=80), st.binary(max_size=80), texts)
def test_any_parts_make_one_sound_mail(  # noqa: PLR0913, PLR0917 - one for each thing a stranger may write
    name: str, subject: str, text: str, theirs: bytes, content: bytes, filename: str
) -> None:
    """The customer is the one given, and there is one file, of its size."""
    event = read(
        compose(
            [("From", mailbox("ada@example.org", name)), ("Subject", subject), ("Content-Type", "text/x")],
            theirs,
            text=text,
            files=[File(content, name, filename, filename or None)],
        )
    )
    assert event.customer is not None
    assert event.customer.value == "ada@example.org"
    assert [each.size for each in event.attachments] == [len(content)]
