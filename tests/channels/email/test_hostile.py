"""Mail made to hurt: bounded work for each, and nothing that breaks the one who reads.

The shapes are those that stopped other ticket systems for minutes: links, blanks, deep HTML, regular
expressions with two wildcards, addresses by the thousand, parts within parts.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from router.model.event import Event

MB = 1_000_000
LIMIT_S = 0.2  # of processor time; the machine may be busy otherwise
HEAD = b"From: a@b.example\r\nMessage-ID: <1@b.example>\r\nSubject: x\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def fill(piece: str | bytes, size: int = MB) -> bytes:
    """Repeat a piece up to a size in bytes."""
    data = piece.encode() if isinstance(piece, str) else piece
    return data * (size // len(data))


def plain(body: bytes) -> bytes:
    """Make a plain mail."""
    return HEAD + b"\r\n" + body


def html(body: bytes) -> bytes:
    """Make an HTML mail."""
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + body


def nested(depth: int) -> bytes:
    """Make a mail of multiparts within multiparts."""
    levels = (
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1) for n in range(depth)
    )
    return HEAD + b'Content-Type: multipart/mixed; boundary="b0"\r\n\r\n' + b"".join(levels) + b"deep"


def coded(charset: str, body: bytes) -> bytes:
    """Make a plain mail of a charset."""
    return HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + body


MAILS = {
    "2 000 links": html(fill('<a href="http://x.example/a">here</a> ', 80_000)),
    "links": html(fill('<a href="http://x.example/a">here</a> ')),
    "50 000 nested div": html(b"<div>" * 50_000 + b"hello" + b"</div>" * 50_000),
    "unclosed div": html(fill("<div>")),
    "blockquotes": html(fill("<blockquote>a")),
    "open tags": html(fill("<a ")),
    "angles": html(fill("<")),
    "breaks": html(fill("<br>")),
    "cells": html(b"<table><tr>" + fill("<td>a")),
    "a wide cell": html(b"<table>" + fill("<tr><td>a<td>b", 500_000) + b"<tr><td>" + fill("x", 400_000)),
    "padding": html(fill('<p style="padding-left:9999999px">a')),
    "a long style": html(b'<p style="' + fill("display ") + b'">a'),
    "list items": html(b"<ol>" + fill("<li>")),
    "preformatted": html(fill("<pre>\n")),
    "comments": html(fill("<!--")),
    "on a wrote": plain(b"On " + fill("a ") + b"wrote"),
    "introductions": plain(fill("On 1 Jan 2026 a@b.example wrote:\n")),
    "schrieb": plain(fill("Am " + " schrieb " * 40 + "x:\n")),
    "marks": plain(fill(">")),
    "marked lines": plain(fill("> a\nb\n")),
    "from lines": plain(fill("From: a\nb\nc\n")),
    "colons": plain(fill("a line that ends so:\n")),
    "delimiters": plain(fill("-- \n")),
    "dated": plain(fill("2012/1/1 " + "<a" * 190 + "\n")),
    "blanks": plain(fill(" ")),
    "line feeds": plain(fill("\n")),
    "20 000 addresses": HEAD + b"To: " + fill("someone@b.example, ", 400_000) + b"\r\n\r\nhi",
    "20 000 folded addresses": b"To: " + fill("someone@b.example,\r\n ", 420_000) + b"\r\n" + plain(b"hi"),
    "parentheses": b"From: " + fill("(") + b"\r\n\r\nhi",
    "open quotes": b"From: " + fill('"\\') + b" <a@b.example>\r\n\r\nhi",
    "a blank address": b"From: <a" + fill(" ") + b"@b.example>\r\n\r\nhi",
    "encoded words": b"Subject: " + fill("=?a?q?") + b"\r\n\r\nhi",
    "folds": b"Subject: " + fill("\r\n ") + b"\r\n\r\nhi",
    "fields": fill("a: b\r\n") + b"\r\nhi",
    "references": fill("References: <a@b>\r\n") + b"\r\nhi",
    "one reference field": b"References: " + fill("<a@b> ") + b"\r\n\r\nhi",
    "comments in results": b"Authentication-Results: mail.shop.example; " + fill("(") + b"\r\n\r\nhi",
    "no head": fill("a"),
    "NULs": b"From: a@b.example\r\n" + fill("\0") + b"\r\n\r\nhi",
    "carriage returns": fill("\r"),
    "1 000 levels": nested(1000),
    "25 levels of line feeds": nested(25) + fill("\n"),
    "mails in mails": HEAD + fill("Content-Type: message/rfc822\r\n\r\n"),
    "boundaries": MIXED + fill("--b\r\n"),
    "near boundaries": MIXED + fill("--bc\r\n"),
    "parts of HTML": MIXED + (b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<br>" * 270 + b"\r\n") * 900,
    "bad parameters": MIXED + (b'--b\r\nContent-Type: text/plain; a="' + b";" * 8000 + b"\r\n\r\n\r\n") * 120,
    "parameters": HEAD + b"Content-Type: text/plain" + fill("; name*1*=a") + b"\r\n\r\nhi",
    "punycode": coded("punycode", fill("a")),
    "utf-7": coded("utf-7", fill("+")),
    "iso-2022-jp": coded("iso-2022-jp", fill("\x1b$B")),
    "soft breaks": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + fill("="),
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + fill("A") + b"B",
    "recipients of a report": HEAD + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\n" + fill("Action: failed\r\n\r\n") + b"--b--",
    "a daemon's words": b"From: mailer-daemon@b.example\r\nSubject: failure\r\n\r\n" + fill("message-id: \n"),
    "a daemon's blanks": b"From: mailer-daemon@b.example\r\nSubject: failure\r\n\r\n" + fill("\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_a_hostile_mail_costs_little(name: str, read: Callable[[bytes], Event]) -> None:
    """Read, or kept unparsed, within the limit; and within the bounds of an event."""
    best = LIMIT_S
    for _ in range(3):
        began = time.process_time()
        event = read(MAILS[name])
        best = min(best, time.process_time() - began)
    assert event.text is not None or event.flags == ["unparsed"]
    assert best < LIMIT_S


def test_deep_nesting_keeps_what_the_head_tells(read: Callable[[bytes], Event]) -> None:
    """No text, the flag, and everything else."""
    event = read(nested(1000))
    assert (event.text, event.flags, event.thread) == (None, ["unparsed"], "1@b.example")
    assert event.customer is not None


def test_ordinary_depth_is_read(read: Callable[[bytes], Event]) -> None:
    """The limit is far beyond what mail programs write."""
    assert read(nested(20)).text == "deep"


def test_text_under_50_000_elements_is_found(read: Callable[[bytes], Event]) -> None:
    """Hostile or not, the customer wrote it."""
    assert read(MAILS["50 000 nested div"]).text == "hello"


def test_the_sender_after_20_000_recipients_is_found(read: Callable[[bytes], Event]) -> None:
    """A long field is cut, and the next ones are read."""
    event = read(MAILS["20 000 folded addresses"])
    assert event.customer is not None
    assert event.customer.value == "a@b.example"
