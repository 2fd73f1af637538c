"""Mails as programs write them, each with what it must be read as."""

# ruff: noqa: RUF001 - letters and dashes of other scripts are meant

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from router.model.event import Event

Sample = Callable[[str], bytes]
Read = Callable[[bytes], Event]

EXPECTED: dict[str, dict[str, Any]] = {
    "first_mail": {
        "kind": "message", "channel": "email", "direction": "in", "source": "email_raw:main",
        "subject": "Where is my order?", "text": "Hello,\n\nmy order 4711 has not arrived. – Ada",
        "provider_event_id": "first.1@post.example", "thread": "first.1@post.example", "parents": [],
        "to": "help@shop.example", "flags": [],
    },
    "reply_top": {
        "text": "Thanks, it came this morning.", "thread": "first.1@post.example",
        "parents": ["first.1@post.example", "answer.1@shop.example"],
    },
    "reply_below": {"text": "Yes please.\n\nThe old one.", "thread": "invoice.9@shop.example"},
    "reply_html_only": {
        "text": "Gerne, zwei Stück & bitte bis:\n\n* Montag\n* Dienstag\n\nPreis  12 €",
        "thread": "offer.1@shop.example",
    },
    "telephone": {"text": "Please call me back."},
    "signature_only": {"text": "", "text_full": "--\nEve\n+44 20 7946 0003", "subject": ""},
    "vacation": {"flags": ["auto"], "kind": "message", "text": "I am on the moon until Monday."},
    "newsletter": {"flags": ["auto"], "kind": "message"},
    "bounce": {
        "kind": "bounce", "status": "failed", "customer": None, "author": "system", "flags": ["auto"],
        "target": "answer.3@shop.example", "thread": "first.9@post.example",
    },
    "bounce_in_two_parts": {
        "kind": "bounce", "status": "failed", "customer": None, "target": "answer.7@shop.example",
        "attrs": {
            "to": ["help@shop.example"], "auto": "null-sender",
            "recipients": ["closed@post.example"], "enhanced_status": "5.3.0",
        },
    },
    "another_boundary": {"text": "Three cups, please.", "subject": "Cups"},
    "run_together": {"text": "Two plates, please.", "subject": "Plates"},
    "bounce_delayed": {
        "kind": "status", "status": "queued", "customer": None, "target": "answer.3@shop.example",
    },
    "bounce_in_words": {
        "kind": "bounce", "status": "failed", "customer": None, "target": "answer.4@shop.example",
    },
    "receipt": {"kind": "read", "status": "read", "author": "customer", "target": "answer.5@shop.example"},
    "forward": {"text": "Is this from you?", "flags": ["forwarded"]},
    "forward_bare": {
        "flags": ["forwarded"],
        "text": "-----Original Message-----\nFrom: Carol <carol@post.example>\nSent: Thursday, March 5, 2026"
        "\nTo: Bob\nSubject: Rechnung\n\nSee the invoice.",
    },
    "forward_attached": {"text": "the outer text", "flags": ["forwarded"]},
    "attachments": {"text": "See the scratch."},
    "no_boundary_line": {"text": "There is no part here at all."},
    "charset_korean": {"subject": "안녕하세요", "text": "똠방각하 주문"},
    "charset_lies": {"subject": "café", "text": "déjà vu “quoted”"},
    "charset_unknown": {"text": "žluťoučký kůň"},
    "utf8_addresses": {"subject": "Grüße", "to": "hilfe@märkt.example"},
    "before_the_head": {
        "subject": "nul", "text": "body", "provider_event_id": "folded@post.example",
    },
    "repeated_fields": {
        "subject": "one", "provider_event_id": "one@post.example", "thread": "a@post.example",
        "parents": ["a@post.example", "b@post.example", "c@post.example"], "text": "<b>plain</b>",
    },
    "nobody": {"customer": None, "thread": None, "provider_event_id": None, "text": "who am I?"},
}  # fmt: skip

CUSTOMERS = {
    "first_mail": ("Ada@post.example", "Ada Løvelace", "attested"),
    "reply_top": ("ada@post.example", "Ada", "observed"),
    "reply_html_only": ("bob@post.example", "Bob, of Sales", "observed"),
    "charset_lies": ("jose@post.example", "josé", "observed"),
    "utf8_addresses": ("jö@bücher.example", "Jö", "observed"),
    "repeated_fields": ("real@post.example", None, "observed"),
    "receipt": ("bob@post.example", "Bob", "observed"),
}

TIMES = {
    "first_mail": "2026-03-02T09:00:00+00:00",
    "reply_top": "2026-03-03T13:15:00+00:00",
    "bounce_in_words": "2026-03-06T12:00:00+00:00",
    "before_the_head": "2026-03-02T10:00:00+00:00",
    "repeated_fields": "2026-03-02T09:00:00+00:00",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mail_reads_as_expected(name: str, sample: Sample, read: Read) -> None:
    """Every field that the table names is as it says."""
    event = read(sample(name))
    assert {field: getattr(event, field) for field in EXPECTED[name]} == EXPECTED[name]


@pytest.mark.parametrize("name", CUSTOMERS)
def test_the_customer_is_who_from_names(name: str, sample: Sample, read: Read) -> None:
    """The address counts, the name is told, and only our own server's DMARC pass attests."""
    party = read(sample(name)).customer
    assert party is not None
    assert (party.type, party.value, party.name, party.trust) == ("mailto", *CUSTOMERS[name])


@pytest.mark.parametrize("name", TIMES)
def test_the_time_is_that_of_the_date_or_the_topmost_received(name: str, sample: Sample, read: Read) -> None:
    """Times are UTC, whatever zone the mail names or does not."""
    at = read(sample(name)).occurred_at
    assert at is not None
    assert at.isoformat() == TIMES[name]


def test_a_mail_without_a_date_happened_when_it_came(sample: Sample, read: Read) -> None:
    """No time is made up: the house takes its receipt."""
    assert read(sample("nobody")).occurred_at is None


def test_attachments_are_described(sample: Sample, read: Read) -> None:
    """Type, name, size, and whether it belongs into the text; the body is none of them."""
    told = [
        (each.kind, each.mime, each.name, each.size, each.inline, each.content_id)
        for each in read(sample("attachments")).attachments
    ]
    assert told == [
        ("image", "image/png", "pic.png", 32, True, "pic@1"),
        ("file", "application/pdf", "Reçu 4711.pdf", 6, False, None),
        ("file", "text/plain", "bär.txt", 12, False, None),
        ("file", "application/octet-stream", "passwd", 1, False, None),
    ]


def test_a_mail_within_a_mail_is_one_attachment(sample: Sample, read: Read) -> None:
    """It is named by its subject, and its text stays its own."""
    event = read(sample("forward_attached"))
    assert [(each.mime, each.name) for each in event.attachments] == [("message/rfc822", "Café")]


def test_a_bounce_tells_for_whom_and_why(sample: Sample, read: Read) -> None:
    """Only the recipients that share the worst fate are named."""
    attrs = read(sample("bounce")).attrs
    assert attrs["recipients"] == ["Gone@post.example"]
    assert attrs["enhanced_status"] == "5.1.1"
    assert attrs["reason"] == "smtp; 550 5.1.1 unknown user"


def test_automatic_mail_says_by_which_sign(sample: Sample, read: Read) -> None:
    """The value without its comment; the first sign found."""
    assert read(sample("vacation")).attrs["auto"] == "auto-replied"
    assert read(sample("newsletter")).attrs["auto"] == "list-unsubscribe"


def test_the_whole_text_is_kept(sample: Sample, read: Read) -> None:
    """What was cut as a quotation is still there."""
    full = read(sample("reply_top")).text_full
    assert full is not None
    assert "it left our house today." in full
    assert read(sample("charset_korean")).text_full is None
